package io.gantry.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.gantry.common.time.Clock;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.ServerException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.IdpRejectedClaimException;

/** The SDK's own clients talk to the dispatcher; what they say and hear must arrive unchanged. */
class ClientRoundTripTest {
    private static final String SECRET = "wJalrXUtnFEMI";
    private static final int ROUNDS = 3;

    private final AtomicReference<@Nullable SdkPojo> received = new AtomicReference<>();
    private final AtomicReference<@Nullable SdkPojo> answer = new AtomicReference<>();

    @BeforeAll
    static void quieten() {
        ((Logger) LoggerFactory.getLogger("software.amazon.awssdk")).setLevel(Level.WARN);
    }

    static Api ecs() {
        return Api.json("ecs", "AmazonEC2ContainerServiceV20141113");
    }

    static Api sts() {
        return Api.query("sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/");
    }

    @Test
    void everyOperationOfEcsArrivesUnchangedBothWays() throws ReflectiveOperationException {
        assertThat(roundTrips(ecs(), EcsClient.class, EcsClient.builder(), false)).isEqualTo(88);
    }

    @Test
    void everyOperationOfStsArrivesUnchangedBothWays() throws ReflectiveOperationException {
        assertThat(roundTrips(sts(), StsClient.class, StsClient.builder(), true)).isEqualTo(11);
    }

    private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> int roundTrips(
            Api api, Class<C> type, B builder, boolean forms) throws ReflectiveOperationException {
        List<Method> operations = operations(type);
        for (Method operation : operations) {
            serve(api, operation.getParameterTypes()[0].asSubclass(SdkPojo.class));
        }
        C client = client(builder, api);
        for (Method operation : operations) {
            for (int round = 0; round < ROUNDS; round++) {
                long seed = operation.getName().hashCode() * 31L + round;
                var samples = new Samples(seed, forms, round == 0 ? 1 : 0.6);
                Object request = samples.of(operation.getParameterTypes()[0]);
                answer.set((SdkPojo) samples.of(operation.getReturnType()));
                Object response = operation.invoke(client, request);
                assertSame(request, received.get());
                assertSame(Objects.requireNonNull(answer.get()), response);
            }
        }
        return operations.size();
    }

    private static void assertSame(Object expected, @Nullable Object actual) {
        assertThat(actual).matches(it -> ((SdkPojo) expected).equalsBySdkFields(it), "" + expected);
    }

    private <Q extends SdkPojo> void serve(Api api, Class<Q> request) {
        BiFunction<Caller, Q, SdkPojo> handler =
                (_, input) -> {
                    received.set(input);
                    return Objects.requireNonNull(answer.get());
                };
        api.unvalidated(request);
        if (request.getSimpleName().startsWith("AssumeRoleWith")) {
            api.open(request, handler);
        } else {
            api.on(request, handler);
        }
    }

    private static List<Method> operations(Class<?> client) {
        return Arrays.stream(client.getMethods())
                .filter(method -> method.getParameterCount() == 1)
                .filter(
                        method ->
                                method.getParameterTypes()[0]
                                        .getSimpleName()
                                        .equalsIgnoreCase(method.getName() + "Request"))
                .filter(method -> SdkPojo.class.isAssignableFrom(method.getReturnType()))
                .toList();
    }

    private static <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
            B builder, Api api) {
        var authentication = new SigV4((_, _) -> SECRET, Clock.system());
        var dispatcher = new Dispatcher(authentication, List.of(api), (_, _, _) -> {});
        var credentials = AwsBasicCredentials.create("AKID", SECRET);
        return builder.httpClient(new MemoryHttpClient(dispatcher))
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(URI.create("http://localhost:1"))
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .overrideConfiguration(
                        configuration -> configuration.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    @Test
    void modelledExceptionsReachTheClientTypedWithTheirMembers() {
        RuntimeException conflict =
                ConflictException.builder().message("taken").resourceIds("a", "b").build();
        Api api = ecs().on(DescribeClustersRequest.class, (_, _) -> raise(conflict));

        assertThatThrownBy(() -> client(EcsClient.builder(), api).describeClusters())
                .isInstanceOfSatisfying(
                        ConflictException.class,
                        caught -> {
                            assertThat(caught.resourceIds()).containsExactly("a", "b");
                            assertThat(caught.awsErrorDetails().errorMessage()).isEqualTo("taken");
                            assertThat(caught.statusCode()).isEqualTo(400);
                            assertThat(caught.requestId()).hasSize(36);
                        });
    }

    @Test
    void statusComesFromTheModelUnlessTheHandlerSetsIt() {
        Api fault =
                ecs().on(
                                DescribeClustersRequest.class,
                                (_, _) -> raise(ServerException.builder().message("x").build()));
        Api unavailable =
                ecs().on(
                                DescribeClustersRequest.class,
                                (_, _) ->
                                        raise(
                                                ServerException.builder()
                                                        .message("no leader")
                                                        .statusCode(503)
                                                        .build()));

        assertThatThrownBy(() -> client(EcsClient.builder(), fault).describeClusters())
                .isInstanceOfSatisfying(
                        ServerException.class, e -> assertThat(e.statusCode()).isEqualTo(500));
        assertThatThrownBy(() -> client(EcsClient.builder(), unavailable).describeClusters())
                .isInstanceOfSatisfying(
                        ServerException.class, e -> assertThat(e.statusCode()).isEqualTo(503));
    }

    @Test
    void aHandlerMayNameACodeThatTheModelLacks() {
        var details =
                AwsErrorDetails.builder()
                        .errorCode("ThrottlingException")
                        .errorMessage("Rate exceeded")
                        .build();
        RuntimeException throttled =
                EcsException.builder().awsErrorDetails(details).statusCode(400).build();
        Api api = ecs().on(DescribeClustersRequest.class, (_, _) -> raise(throttled));

        assertThatThrownBy(() -> client(EcsClient.builder(), api).describeClusters())
                .isInstanceOfSatisfying(
                        EcsException.class,
                        caught -> {
                            assertThat(caught.isThrottlingException()).isTrue();
                            assertThat(caught.awsErrorDetails().errorMessage())
                                    .isEqualTo("Rate exceeded");
                        });
    }

    @Test
    void irregularCodesAndStatusOfQueryErrorsComeFromTheModel() {
        RuntimeException rejected = IdpRejectedClaimException.builder().message("no").build();
        Api api =
                sts().unvalidated(AssumeRoleRequest.class)
                        .on(AssumeRoleRequest.class, (_, _) -> raise(rejected));

        assertThatThrownBy(() -> client(StsClient.builder(), api).assumeRole(r -> r.roleArn("r")))
                .isInstanceOfSatisfying(
                        IdpRejectedClaimException.class,
                        caught -> {
                            assertThat(caught.statusCode()).isEqualTo(403);
                            assertThat(caught.awsErrorDetails().errorCode())
                                    .isEqualTo("IDPRejectedClaim");
                        });
    }

    private static SdkPojo raise(RuntimeException exception) {
        throw exception;
    }
}
