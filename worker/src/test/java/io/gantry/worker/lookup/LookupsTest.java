package io.gantry.worker.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.AsmAuthData;
import io.gantry.common.acs.AcsContainer.EcrAuthData;
import io.gantry.common.acs.AcsContainer.EnvironmentFile;
import io.gantry.common.acs.AcsContainer.RegistryAuthentication;
import io.gantry.common.acs.AcsContainerBuilder;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.common.check.Check;
import io.gantry.worker.runtime.NamedFailureException;
import io.gantry.worker.runtime.RegistryLogin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LookupsTest {
    private static final String SECRET_ARN =
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-AbCdEf";
    private static final RoleCredentials WITHOUT_KEYS =
            new RoleCredentials("id1", "role", null, null, null, null, null);

    @TempDir Path directory;
    private final Map<String, RoleCredentials> pushed = new ConcurrentHashMap<>();
    private @Nullable FakeAws aws;

    @BeforeEach
    void start() throws IOException {
        aws = new FakeAws();
        pushed.put("id1", key(FakeAws.SECRET));
    }

    @AfterEach
    void stop() {
        aws().close();
    }

    private FakeAws aws() {
        return Check.present(aws, "services");
    }

    private static RoleCredentials key(String secret) {
        return new RoleCredentials("id1", "role", FakeAws.KEY, secret, FakeAws.TOKEN, null, null);
    }

    private Lookups lookups() {
        LookupSettings settings =
                new LookupSettings(
                        "us-east-1", aws().uri(), aws().uri(), aws().uri(), List.of(directory));
        return new Lookups(
                settings, new ExecutionRole(pushed::get, Duration.ofMillis(300)), new AwsClient());
    }

    private static AcsContainerBuilder web() {
        return AcsContainer.of("web", "busybox");
    }

    private static AcsTask task(AcsContainer container, @Nullable RoleCredentials role) {
        return AcsTask.run("arn:aws:ecs:us-east-1:1:task/demo/t1", "web", "1")
                .executionRoleCredentials(role)
                .containers(List.of(container))
                .build();
    }

    private Map<String, String> variables(@Nullable RoleCredentials role, String... files)
            throws Exception {
        AcsContainer container =
                web().environment(Map.of("OWN", "container"))
                        .environmentFiles(
                                Arrays.stream(files)
                                        .map(file -> new EnvironmentFile(file, "s3"))
                                        .toList())
                        .build();
        return lookups().complete(task(container, role), container).environment();
    }

    @Test
    void linesAreReadAsAmazonsAgentReadsThem() {
        assertThat(
                        EnvironmentFiles.variablesIn(
                                """
                                # comment
                                A=1
                                 # blanks count=yes
                                B="quoted # and all"  \s
                                C=a=b
                                EMPTY=
                                =nameless
                                alone

                                A=2\r
                                """))
                .isEqualTo(
                        Map.of(
                                "A", "2",
                                " # blanks count", "yes",
                                "B", "\"quoted # and all\"   ",
                                "C", "a=b"));
    }

    @Test
    void theContainersOwnVariablesWinThenTheFirstFile() throws Exception {
        aws().on("/bucket/one.env", 200, "OWN=file\nA=first\nB=first\n");
        aws().on("/bucket/dir/t%C3%A4st%20%2B1.env", 200, "B=second\nC=second\n");

        assertThat(
                        variables(
                                WITHOUT_KEYS,
                                "arn:aws:s3:::bucket/one.env",
                                "arn:aws:s3:::bucket/dir/täst +1.env"))
                .isEqualTo(Map.of("OWN", "container", "A", "first", "B", "first", "C", "second"));
    }

    @Test
    void troubleThatPassesIsWaitedOut() throws Exception {
        aws().on("/bucket/one.env", 200, "A=1");
        aws().fail(2);

        assertThat(variables(WITHOUT_KEYS, "arn:aws:s3:::bucket/one.env")).containsEntry("A", "1");
    }

    @Test
    void whatFailsIsToldInEcsWords() {
        assertThatThrownBy(() -> variables(WITHOUT_KEYS, "arn:aws:s3:::bucket/none.env"))
                .isInstanceOf(NamedFailureException.class)
                .hasMessage(
                        "ResourceInitializationError: failed to download env files: unable to"
                                + " download env file with key none.env from bucket bucket, error:"
                                + " NoSuchKey: no reason given, status code: 404");
        assertThatThrownBy(() -> variables(WITHOUT_KEYS, "arn:aws:s3:::bucket"))
                .hasMessageContaining("unable to parse bucket and key from s3 ARN");
        assertThatThrownBy(() -> variables(null, "arn:aws:s3:::bucket/one.env"))
                .hasMessageContaining("unable to find execution role credentials");
        pushed.put("id1", key("stolen"));
        assertThatThrownBy(() -> variables(WITHOUT_KEYS, "arn:aws:s3:::bucket/one.env"))
                .hasMessageContaining("SignatureDoesNotMatch");
    }

    @Test
    void theKeysThatWerePushedLastCountAndMayComeLate() throws Exception {
        aws().on("/bucket/one.env", 200, "A=1");
        assertThat(variables(key("old"), "arn:aws:s3:::bucket/one.env")).containsEntry("A", "1");
        pushed.clear();
        assertThat(variables(key(FakeAws.SECRET), "arn:aws:s3:::bucket/one.env"))
                .containsEntry("A", "1");
        assertThatThrownBy(() -> variables(WITHOUT_KEYS, "arn:aws:s3:::bucket/one.env"))
                .hasMessageContaining("unable to find execution role credentials");
        Thread push = Thread.startVirtualThread(() -> pushed.put("id1", key(FakeAws.SECRET)));
        assertThat(variables(WITHOUT_KEYS, "arn:aws:s3:::bucket/one.env")).containsEntry("A", "1");
        push.join();
    }

    @Test
    void filesOfThisMachineAreReadWhereTheOperatorAllowsIt(@TempDir Path elsewhere)
            throws Exception {
        Path allowed = Files.writeString(directory.resolve("a.env"), "A=1");
        Path secret = Files.writeString(elsewhere.resolve("b.env"), "B=2");
        Path link = Files.createSymbolicLink(directory.resolve("link.env"), secret);

        assertThat(variables(null, allowed.toString())).containsEntry("A", "1");
        assertThat(variables(null, "file://" + allowed)).containsEntry("A", "1");
        for (String path :
                List.of(secret.toString(), link.toString(), directory + "/../" + secret, "a.env")) {
            assertThatThrownBy(() -> variables(null, path))
                    .hasMessageStartingWith(
                            "ResourceInitializationError: failed to download env files: env file "
                                    + path)
                    .hasMessageContaining("GANTRY_ENVIRONMENT_FILES_DIR");
        }
        assertThatThrownBy(() -> variables(null, directory + "/none.env"))
                .hasMessageContaining("cannot be read");
    }

    private @Nullable RegistryLogin login(RegistryAuthentication wanted) throws Exception {
        AcsContainer container = web().registryAuthentication(wanted).build();
        return lookups().login(task(container, WITHOUT_KEYS), container);
    }

    private @Nullable RegistryLogin loginBySecret() throws Exception {
        return login(
                new RegistryAuthentication("asm", null, new AsmAuthData(SECRET_ARN, "us-west-2")));
    }

    @Test
    void aSecretHoldsTheLogin() throws Exception {
        aws().on(
                        "secretsmanager.GetSecretValue",
                        200,
                        "{\"SecretString\":\"{\\\"username\\\":\\\"joe\\\",\\\"password\\\":\\\"p:w\\\"}\"}");

        assertThat(loginBySecret()).isEqualTo(new RegistryLogin("joe", "p:w", null));
        assertThat(aws().bodies).containsExactly("{\"SecretId\":\"" + SECRET_ARN + "\"}");
    }

    @Test
    void aSecretThatIsNoneIsToldWithoutShowingIt() {
        aws().on("secretsmanager.GetSecretValue", 200, "{\"SecretString\":\"swordfish\"}");
        assertThatThrownBy(this::loginBySecret)
                .hasMessageStartingWith(
                        "ResourceInitializationError: unable to pull secrets or registry auth: ")
                .hasMessageContaining(SECRET_ARN)
                .hasMessageNotContaining("swordfish");
        aws().on(
                        "secretsmanager.GetSecretValue",
                        400,
                        "{\"__type\":\"a#AccessDeniedException\",\"Message\":\"not you\"}");
        assertThatThrownBy(this::loginBySecret)
                .hasMessage(
                        "ResourceInitializationError: unable to pull secrets or registry auth:"
                                + " fetching secret data from AWS Secrets Manager in region eu-west-1:"
                                + " AccessDeniedException: not you, status code: 400");
    }

    @Test
    void amazonsRegistryHandsOutTokens() throws Exception {
        String token =
                Base64.getEncoder().encodeToString("AWS:abc".getBytes(StandardCharsets.UTF_8));
        aws().on(
                        "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
                        200,
                        "{\"authorizationData\":[{\"authorizationToken\":\"%s\",\"proxyEndpoint\":\"https://1.dkr.ecr\"}]}"
                                .formatted(token));

        assertThat(
                        login(
                                new RegistryAuthentication(
                                        "ecr",
                                        new EcrAuthData("1", "us-west-2", null, true),
                                        null)))
                .isEqualTo(new RegistryLogin("AWS", "abc", "https://1.dkr.ecr"));
        assertThatThrownBy(
                        () ->
                                login(
                                        new RegistryAuthentication(
                                                "ecr",
                                                new EcrAuthData("1", "us-west-2", null, false),
                                                null)))
                .hasMessageContaining("needs a task execution role");
    }
}
