package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.time.LoopThread;
import io.gantry.worker.core.ContainerKey;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker's HTTP servers for its containers and for operators on the machine. */
public final class EndpointServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EndpointServer.class);

    /** Where containers on Amazon's machines find their endpoints; the SDKs trust no other. */
    private static final String LINK_LOCAL = "169.254.170.2";

    private static final int HTTP_PORT = 80;
    private static final int REDIRECTED_PORT = 51_679;
    private static final String LOOPBACK = "127.0.0.1";
    private static final List<String> REGION = List.of("AWS_REGION", "AWS_DEFAULT_REGION");

    private final EndpointSettings settings;
    private final EndpointParts parts;
    private final ContainerIds ids;
    private final String identity = SharedAddress.IDENTITY + UUID.randomUUID();
    private final String token = UUID.randomUUID().toString();
    private final Registrations registrations;
    private final Forwarding forwarding;
    private final Routes routes;
    private final Introspection introspection;
    private final LoopThread loop = new LoopThread("endpoints");
    private final List<HttpServer> servers = new ArrayList<>();
    private @Nullable SharedAddress shared;
    private volatile int port;

    /** Prepares servers; nobody is served yet. */
    public EndpointServer(EndpointSettings settings, EndpointParts parts) {
        this.settings = settings;
        this.parts = parts;
        port = settings.port();
        ids = new ContainerIds(parts.secret());
        LocalTasks tasks = new LocalTasks(parts.state(), ids);
        ContainerDocument containers = new ContainerDocument(parts.cluster());
        routes =
                new Routes(
                        new MetadataRoutes(
                                tasks,
                                containers,
                                new TaskDocument(parts.cluster(), parts.zone(), containers),
                                new ResourceTags(
                                        parts.calls(), parts.worker(), parts.instanceArn()),
                                new Statistics(parts.statistics(), parts.clock())),
                        new CredentialRoutes(parts.credentials(), tasks),
                        new TaskProtection(
                                tasks,
                                parts.credentials(),
                                parts.calls(),
                                parts.cluster(),
                                parts.region()),
                        identity);
        introspection = new Introspection(tasks, parts.cluster(), parts.instanceArn());
        registrations =
                new Registrations(
                        settings.directory(), identity.substring(SharedAddress.IDENTITY.length()));
        forwarding = new Forwarding(registrations);
    }

    /** Listens on each of {@code addresses}; one that cannot be had is left out with a warning. */
    public void listen(Vertx vertx, List<String> addresses) {
        HttpFront front = new HttpFront(vertx, this::answer, new RateLimit(parts.clock()), token);
        for (String address : addresses) {
            if (!listen(front, address, port) && address.equals(LOOPBACK)) {
                // A second worker on the machine needs a place of its own.
                if (listen(front, LOOPBACK, 0)) {
                    port = servers.getLast().actualPort();
                }
            }
        }
        if (settings.introspectionPort() != 0) {
            HttpFront operators = new HttpFront(vertx, introspection::answer, null, token);
            listen(operators, LOOPBACK, settings.introspectionPort());
        }
        if (settings.linkLocal()) {
            share(front);
        }
    }

    private boolean listen(HttpFront front, String address, int wanted) {
        try {
            servers.add(front.listen(address, wanted));
            return true;
        } catch (IOException taken) {
            log.atWarn()
                    .addKeyValue("address", address + ':' + wanted)
                    .addKeyValue("error", taken.getMessage())
                    .log("endpoint is not served here");
            return false;
        }
    }

    private void share(HttpFront front) {
        var address =
                new SharedAddress(
                        LINK_LOCAL,
                        HTTP_PORT,
                        new LinuxMachine(LINK_LOCAL, REDIRECTED_PORT, parts.clock()),
                        front,
                        identity,
                        loop);
        shared = address;
        try {
            registrations.register(port, token);
        } catch (IOException failure) {
            log.atWarn()
                    .addKeyValue("error", String.valueOf(failure.getMessage()))
                    .log("other workers of this machine cannot find this one");
        }
        address.begin();
    }

    private Reply answer(Request request) {
        Reply own = routes.answer(request);
        if (own.stranger() && !request.forwarded()) {
            Reply other = forwarding.ask(request);
            return other == null ? own : other;
        }
        return own;
    }

    /** The variables that tell a container where to ask. */
    public Map<String, String> environment(ContainerKey key, AcsTask task, String workerAddress) {
        SharedAddress address = shared;
        boolean usual = address != null && address.available();
        String base = "http://" + (usual ? LINK_LOCAL : workerAddress + ':' + port);
        String id = ids.of(key);
        Map<String, String> environment = new TreeMap<>();
        environment.put("ECS_CONTAINER_METADATA_URI", base + "/v3/" + id);
        environment.put("ECS_CONTAINER_METADATA_URI_V4", base + "/v4/" + id);
        environment.put("ECS_AGENT_URI", base + "/api/" + id);
        AcsTask.RoleCredentials role = task.roleCredentials();
        if (role != null) {
            String path = "/v2/credentials/" + role.credentialsId();
            // SDKs complete the relative form with the usual address, and accept the full one for
            // the loopback only.
            if (usual) {
                environment.put("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", path);
            } else {
                environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", base + path);
            }
        }
        if (!choosesRegion(key, task)) {
            REGION.forEach(name -> environment.put(name, parts.region()));
        }
        return environment;
    }

    private static boolean choosesRegion(ContainerKey key, AcsTask task) {
        for (AcsContainer container : task.containers()) {
            if (container.name().equals(key.containerName())) {
                return REGION.stream().anyMatch(container.environment()::containsKey);
            }
        }
        return false;
    }

    @Override
    public void close() {
        SharedAddress address = shared;
        if (address != null) {
            address.close();
        }
        registrations.close();
        forwarding.close();
        servers.forEach(HttpServer::close);
        loop.close();
    }
}
