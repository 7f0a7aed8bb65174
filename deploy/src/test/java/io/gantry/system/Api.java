package io.gantry.system;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.EcsClientBuilder;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
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

    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final int LARGE_WRITE = 50_000;

    private final String cluster;
    private final List<URI> urls;
    private final List<EcsClient> clients;
    private int preferred;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(ANSWER)
                    .build();

    Api(String cluster, List<URI> urls) {
        this(cluster, urls, ACCESS_KEY, SECRET);
    }

    /** With the key of an installation that made its own. */
    Api(String cluster, List<URI> urls, String accessKey, String secret) {
        this.cluster = cluster;
        this.urls = List.copyOf(urls);
        this.clients = this.urls.stream().map(url -> client(url, accessKey, secret)).toList();
    }

    /** For the root key. */
    static EcsClientBuilder builder(URI url) {
        return builder(url, ACCESS_KEY, SECRET);
    }

    private static EcsClientBuilder builder(URI url, String accessKey, String secret) {
        return EcsClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(url)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(accessKey, secret)))
                .httpClient(UrlConnectionHttpClient.create());
    }

    private static EcsClient client(URI url, String accessKey, String secret) {
        return builder(url, accessKey, secret)
                .overrideConfiguration(
                        settings ->
                                settings.apiCallTimeout(ANSWER)
                                        .retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    /** Asks one node after the other until one answers. Only for what may be done twice. */
    <T> T ask(Function<EcsClient, T> question) {
        return Patiently.await("an answer from any node", () -> askOnce(question));
    }

    /** Begins with the node that answered the last time. */
    private <T> @Nullable T askOnce(Function<EcsClient, T> question) {
        for (int i = 0; i < clients.size(); i++) {
            int next = (preferred + i) % clients.size();
            T answer = answerOf(clients.get(next), question);
            if (answer != null) {
                preferred = next;
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

    /** Returns once a write is acknowledged. */
    void write() {
        register(1);
    }

    /** Returns once a large write is acknowledged. */
    void writeMuch() {
        register(LARGE_WRITE);
    }

    private void register(int bytes) {
        var container =
                ContainerDefinition.builder()
                        .name("none")
                        .image(TestImage.NAME)
                        .memory(16)
                        .command("x".repeat(bytes))
                        .build();
        ask(
                ecs ->
                        ecs.registerTaskDefinition(
                                request ->
                                        request.family("written").containerDefinitions(container)));
    }

    /** What the nodes say about themselves, as far as they say anything. */
    private List<JsonNode> statuses() {
        return pages(urls, "/status").stream()
                .filter(answer -> answer.statusCode() == 200)
                .map(answer -> JsonMapper.shared().readTree(answer.body()))
                .toList();
    }

    /** Asks all at the same time. */
    private List<HttpResponse<String>> pages(List<URI> nodes, String path) {
        return nodes.stream()
                .map(url -> HttpRequest.newBuilder(url.resolve(path)).timeout(ANSWER).build())
                .map(request -> http.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                .toList()
                .stream()
                .map(Api::answer)
                .filter(Objects::nonNull)
                .toList();
    }

    private static @Nullable HttpResponse<String> answer(
            CompletableFuture<HttpResponse<String>> coming) {
        try {
            return coming.join();
        } catch (CompletionException silent) {
            return null;
        }
    }

    /** Whether a node can answer, which takes a leader and a majority. */
    boolean isReady(URI url) {
        return areReady(List.of(url));
    }

    boolean allReady() {
        return areReady(urls);
    }

    private boolean areReady(List<URI> nodes) {
        return pages(nodes, "/readyz").stream().filter(a -> a.statusCode() == 200).count()
                == nodes.size();
    }

    /** The id of the node that leads, as a majority knows it; null if there is none. */
    @Nullable String leader() {
        List<JsonNode> statuses = statuses();
        return statuses.stream()
                .filter(status -> text(status, "role").equals("LEADER"))
                .map(status -> text(status, "node"))
                .filter(node -> followers(statuses, node) > urls.size() / 2)
                .findFirst()
                .orElse(null);
    }

    /** How many nodes follow a node, itself included. */
    private static long followers(List<JsonNode> statuses, String node) {
        return statuses.stream().filter(status -> text(status, "leader").equals(node)).count();
    }

    private static String text(JsonNode status, String member) {
        return status.path(member).asString("");
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
