package io.gantry.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the tests ask the nodes, and which of them answers. */
final class Api implements AutoCloseable {
    static final String ACCESS_KEY = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /** The file from which nodes and workers have the key. */
    static final String CREDENTIALS =
            "[default]%naws_access_key_id = %s%naws_secret_access_key = %s%n"
                    .formatted(ACCESS_KEY, SECRET);

    /** The attribute by which a worker tells who it is. */
    static final String WORKER_NAME = "gantry.worker-name";

    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final String cluster;
    private final List<URI> urls;
    private final List<EcsClient> clients;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(ANSWER)
                    .build();

    Api(String cluster, List<URI> urls) {
        this.cluster = cluster;
        this.urls = List.copyOf(urls);
        this.clients = this.urls.stream().map(Api::client).toList();
    }

    static EcsClient client(URI url) {
        return EcsClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(url)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(ACCESS_KEY, SECRET)))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(
                        settings ->
                                settings.apiCallAttemptTimeout(ANSWER)
                                        .apiCallTimeout(ANSWER.multipliedBy(2)))
                .build();
    }

    /** Asks one node after the other until one answers. Only for what may be done twice. */
    <T> T ask(Function<EcsClient, T> question) {
        return Patiently.await("an answer from any node", () -> askOnce(question));
    }

    private <T> @Nullable T askOnce(Function<EcsClient, T> question) {
        for (EcsClient client : clients) {
            T answer = answerOf(client, question);
            if (answer != null) {
                return answer;
            }
        }
        return null;
    }

    private static <T> @Nullable T answerOf(EcsClient client, Function<EcsClient, T> question) {
        try {
            return question.apply(client);
        } catch (SdkException unavailable) {
            // The next node may know better.
            return null;
        }
    }

    void createCluster() {
        ask(ecs -> ecs.createCluster(request -> request.clusterName(cluster)));
    }

    /** What a node says about itself; null if it says nothing. */
    private @Nullable JsonNode status(URI url) {
        String page = page(url, "/status");
        return page == null ? null : JsonMapper.shared().readTree(page);
    }

    private @Nullable String page(URI url, String path) {
        try {
            var request = HttpRequest.newBuilder(url.resolve(path)).timeout(ANSWER).build();
            var answer =
                    http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return answer.statusCode() == 200 ? answer.body() : null;
        } catch (IOException silent) {
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    boolean isReady(URI url) {
        return page(url, "/readyz") != null;
    }

    boolean allReady() {
        return urls.stream().allMatch(this::isReady);
    }

    /** The id of the node that leads and can prove it; null if there is none. */
    @Nullable String leader() {
        for (URI url : urls) {
            JsonNode status = status(url);
            if (status != null
                    && status.path("role").asString("").equals("LEADER")
                    && isReady(url)) {
                return status.path("node").asString();
            }
        }
        return null;
    }

    /** How many workers of the cluster are connected. */
    long connectedWorkers() {
        return workers().stream().filter(ContainerInstance::agentConnected).count();
    }

    private List<ContainerInstance> workers() {
        List<String> arns =
                ask(ecs -> ecs.listContainerInstances(r -> r.cluster(cluster)))
                        .containerInstanceArns();
        return arns.isEmpty()
                ? List.of()
                : ask(ecs ->
                                ecs.describeContainerInstances(
                                        r -> r.cluster(cluster).containerInstances(arns)))
                        .containerInstances();
    }

    /** The name of the worker that was registered under {@code arn}. */
    String workerName(String arn) {
        return workers().stream()
                .filter(worker -> arn.equals(worker.containerInstanceArn()))
                .flatMap(worker -> worker.attributes().stream())
                .filter(attribute -> WORKER_NAME.equals(attribute.name()))
                .map(Attribute::value)
                .findFirst()
                .orElseThrow();
    }

    String cluster() {
        return cluster;
    }

    @Override
    public void close() {
        clients.forEach(EcsClient::close);
        http.close();
    }
}
