package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The worker's HTTP server for its containers and for operators on the machine. */
public final class EndpointServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EndpointServer.class);

    private final Supplier<AgentState> state;
    private final Supplier<@Nullable String> instanceArn;
    private final CredentialStore credentials;
    private final ContainerIds ids;
    private final MetadataDocuments documents;
    private final String cluster;
    private final int port;
    private final List<HttpServer> servers = new ArrayList<>();

    /**
     * Prepares a server on {@code port}.
     *
     * @param secret makes the containers' ids unguessable
     */
    public EndpointServer(
            int port,
            String cluster,
            String secret,
            Supplier<AgentState> state,
            Supplier<@Nullable String> instanceArn,
            CredentialStore credentials) {
        this.port = port;
        this.cluster = cluster;
        this.state = state;
        this.instanceArn = instanceArn;
        this.credentials = credentials;
        ids = new ContainerIds(secret);
        documents = new MetadataDocuments(cluster);
    }

    /** Listens on each of {@code addresses}; one that cannot be had is left out with a warning. */
    public void listen(Vertx vertx, List<String> addresses) {
        for (String address : addresses) {
            try {
                servers.add(
                        vertx.createHttpServer()
                                .requestHandler(this::answer)
                                .listen(port, address)
                                .toCompletionStage()
                                .toCompletableFuture()
                                .get(5, TimeUnit.SECONDS));
            } catch (ExecutionException | TimeoutException failure) {
                log.atWarn()
                        .addKeyValue("address", address + ':' + port)
                        .addKeyValue("error", failure.getMessage())
                        .log("metadata is not served here");
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The variables that tell a container where to ask. */
    public Map<String, String> environment(ContainerKey key, AcsTask task, String workerAddress) {
        String base = "http://" + workerAddress + ':' + port;
        String id = ids.of(key);
        Map<String, String> environment = new TreeMap<>();
        environment.put("ECS_CONTAINER_METADATA_URI", base + "/v3/" + id);
        environment.put("ECS_CONTAINER_METADATA_URI_V4", base + "/v4/" + id);
        environment.put("ECS_AGENT_URI", base + "/api/" + id);
        AcsTask.RoleCredentials role = task.roleCredentials();
        if (role != null) {
            // The relative variant is tied to an address that only the host's firewall can provide.
            environment.put(
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                    base + "/v2/credentials/" + role.credentialsId());
        }
        return environment;
    }

    private void answer(HttpServerRequest request) {
        Answer answer =
                HttpMethod.GET.equals(request.method())
                        ? route(request)
                        : new Answer(405, AcsJson.mapper().valueToTree("only GET is served"));
        request.response()
                .setStatusCode(answer.status)
                .putHeader("content-type", "application/json")
                .end(AcsJson.mapper().writeValueAsString(answer.body));
    }

    private record Answer(int status, JsonNode body) {}

    private Answer route(HttpServerRequest request) {
        String[] path = String.valueOf(request.path()).split("/", -1);
        String first = path.length > 1 ? path[1] : "";
        String second = path.length > 2 ? path[2] : "";
        return switch (first) {
            case "" -> commands();
            case "v3", "v4" -> metadata(first, second, path.length > 3 ? path[3] : "");
            case "v2" ->
                    second.equals("credentials") && path.length > 3
                            ? credentials(path[3])
                            : unknown();
            case "v1" -> introspection(request, second);
            default -> unknown();
        };
    }

    private static Answer unknown() {
        return new Answer(404, AcsJson.mapper().valueToTree("page not found"));
    }

    private static Answer commands() {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.putArray("AvailableCommands").add("/v1/metadata").add("/v1/tasks");
        return new Answer(200, node);
    }

    private Answer metadata(String version, String id, String what) {
        boolean version4 = version.equals("v4");
        for (LocalTask task : tasks()) {
            for (LocalContainer container : task.containers()) {
                if (ids.of(task.key(container)).equals(id)) {
                    return switch (what) {
                        case "" -> new Answer(200, documents.container(task, container, version4));
                        case "task" -> new Answer(200, documents.task(task, version4));
                        default -> unknown();
                    };
                }
            }
        }
        String text =
                version.toUpperCase(Locale.ROOT)
                        + " container metadata handler: unable to get container ID from request:"
                        + " unable to get docker ID from v3 endpoint ID: "
                        + id;
        return new Answer(version4 ? 404 : 500, AcsJson.mapper().valueToTree(text));
    }

    private List<LocalTask> tasks() {
        return state.get().tasks().values().filter(task -> !task.removed()).toList();
    }

    private Answer credentials(String id) {
        if (id.isEmpty()) {
            return credentialError(
                    400, "NoIdInRequest", "CredentialsV2Request: No ID in the request");
        }
        AcsTask.RoleCredentials found = credentials.get(id);
        if (found == null) {
            boolean expected = tasks().stream().anyMatch(task -> expects(task.spec(), id));
            return expected
                    ? credentialError(
                            503, "CredentialsUninitialized", "Credentials uninitialized for ID")
                    : credentialError(
                            400, "InvalidIdInRequest", "CredentialsV2Request: ID not found");
        }
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.put("RoleArn", found.roleArn());
        node.put("AccessKeyId", found.accessKeyId());
        node.put("SecretAccessKey", found.secretAccessKey());
        node.put("Token", found.sessionToken());
        node.put("Expiration", found.expiration());
        return new Answer(200, node);
    }

    private static boolean expects(AcsTask task, String id) {
        AcsTask.RoleCredentials role = task.roleCredentials();
        AcsTask.RoleCredentials execution = task.executionRoleCredentials();
        return (role != null && role.credentialsId().equals(id))
                || (execution != null && execution.credentialsId().equals(id));
    }

    private static Answer credentialError(int status, String code, String message) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.put("code", code).put("message", message).put("HTTPErrorCode", status);
        return new Answer(status, node);
    }

    private Answer introspection(HttpServerRequest request, String what) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        return switch (what) {
            case "metadata" -> {
                node.put("Cluster", cluster);
                node.put("ContainerInstanceArn", instanceArn.get());
                node.put("Version", "Gantry");
                yield new Answer(200, node);
            }
            case "tasks" -> {
                String arn = request.getParam("taskarn");
                if (arn != null) {
                    yield tasks().stream()
                            .filter(task -> task.arn().equals(arn))
                            .findFirst()
                            .map(task -> new Answer(200, documents.introspection(task)))
                            .orElse(new Answer(404, node));
                }
                ArrayNode all = node.putArray("Tasks");
                tasks().forEach(task -> all.add(documents.introspection(task)));
                yield new Answer(200, node);
            }
            default -> unknown();
        };
    }

    @Override
    public void close() {
        servers.forEach(HttpServer::close);
    }
}
