package io.gantry.launcher;

import io.gantry.launcher.Installation.EngineKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.CreateServiceResponse;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesResponse;
import software.amazon.awssdk.services.ecs.model.DescribeTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceEvent;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServiceResponse;

/** A web service of two tasks, deployed through the public API. */
final class Sample {
    static final String CLUSTER = "default";
    static final String SERVICE = "hello";
    private static final int TASKS = Distribution.isTraining() ? 12 : 2;
    private static final int CONTAINER_PORT = 8080;
    private static final int ID_SHOWN = 12;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Session session;
    private final ApiClient api;
    private final Progress progress;

    Sample(Session session, Progress progress) {
        this.session = session;
        this.progress = progress;
        api = session.api();
    }

    /** The replies of all tasks by address. */
    Map<String, String> deploy() {
        ContainerDefinition container = container();
        String definition = taskDefinition(container);
        apply(definition);
        progress.done(
                "service %s asks for %d tasks of %s"
                        .formatted(SERVICE, TASKS, StatusReport.shortName(definition)));
        Map<String, String> replies = Patience.await(LIMIT, this::replies);
        if (replies == null) {
            throw notSteady();
        }
        progress.done("steady: %d tasks run and answer".formatted(TASKS));
        return replies;
    }

    private ContainerDefinition container() {
        var port = PortMapping.builder().containerPort(CONTAINER_PORT).hostPort(0).build();
        var container =
                ContainerDefinition.builder()
                        .name("web")
                        .essential(true)
                        .cpu(64)
                        .memory(64)
                        .portMappings(port);
        if (session.installation().engine() == EngineKind.DOCKER) {
            buildImage();
            return container.image(SampleImage.NAME).build();
        }
        return container.image("host").command(processCommand()).build();
    }

    private void buildImage() {
        try (ContainerEngine engine = ContainerEngine.open()) {
            if (engine == null) {
                throw new Failure(
                        "This installation runs containers, but neither Docker nor Podman answers.");
            }
            if (!SampleImage.build(engine)) {
                throw new Failure(SampleImage.NO_BUSYBOX);
            }
            progress.done(
                    "image %s is there (engine %s)".formatted(SampleImage.NAME, engine.version()));
        }
    }

    private List<String> processCommand() {
        Path classes = session.installation().layout().sample();
        String name = SampleServer.class.getName();
        String file = name.replace('.', '/') + ".class";
        try (InputStream in = Main.class.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new AssertionError(file + " is not in the program");
            }
            Path target = classes.resolve(file);
            Files.createDirectories(target.getParent());
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException refused) {
            throw new Failure("Cannot write to %s: %s".formatted(classes, refused), refused);
        }
        return List.of(
                Distribution.java().toString(),
                "-Xmx16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.toString(),
                name);
    }

    private String taskDefinition(ContainerDefinition wanted) {
        TaskDefinition present = presentDefinition();
        if (present != null && present.containerDefinitions().size() == 1) {
            ContainerDefinition known = present.containerDefinitions().getFirst();
            if (wanted.image().equals(known.image()) && wanted.command().equals(known.command())) {
                return present.taskDefinitionArn();
            }
        }
        var request =
                RegisterTaskDefinitionRequest.builder()
                        .family(SERVICE)
                        .networkMode(NetworkMode.BRIDGE)
                        .containerDefinitions(wanted)
                        .build();
        return api.call(request, RegisterTaskDefinitionResponse.class)
                .taskDefinition()
                .taskDefinitionArn();
    }

    private @Nullable TaskDefinition presentDefinition() {
        var request = DescribeTaskDefinitionRequest.builder().taskDefinition(SERVICE).build();
        try {
            return api.call(request, DescribeTaskDefinitionResponse.class).taskDefinition();
        } catch (ApiClient.RefusedException absent) {
            if (absent.code().equals("ClientException")) {
                return null;
            }
            throw absent;
        }
    }

    private void apply(String definition) {
        Service present = service();
        if (present == null) {
            var request =
                    CreateServiceRequest.builder()
                            .cluster(CLUSTER)
                            .serviceName(SERVICE)
                            .taskDefinition(definition)
                            .desiredCount(TASKS)
                            .build();
            api.call(request, CreateServiceResponse.class);
        } else if (!definition.equals(present.taskDefinition())
                || present.desiredCount() != TASKS) {
            var request =
                    UpdateServiceRequest.builder()
                            .cluster(CLUSTER)
                            .service(SERVICE)
                            .taskDefinition(definition)
                            .desiredCount(TASKS)
                            .build();
            api.call(request, UpdateServiceResponse.class);
        }
    }

    private @Nullable Service service() {
        var request = DescribeServicesRequest.builder().cluster(CLUSTER).services(SERVICE).build();
        return api.call(request, DescribeServicesResponse.class).services().stream()
                .filter(service -> "ACTIVE".equals(service.status()))
                .findFirst()
                .orElse(null);
    }

    /** Null until the service is steady and each of its tasks answers. */
    private @Nullable Map<String, String> replies() {
        Service service = service();
        if (service == null
                || service.runningCount() != TASKS
                || service.pendingCount() != 0
                || service.deployments().size() != 1) {
            return null;
        }
        Map<String, String> replies = new LinkedHashMap<>();
        for (Task task : new ClusterReader(api).tasks(CLUSTER, SERVICE)) {
            for (String address : StatusReport.addresses(task)) {
                String reply = session.pages().text(URI.create("http://" + address + "/"));
                if (reply != null && names(reply, task)) {
                    replies.put(address, reply.strip());
                }
            }
        }
        return replies.size() == TASKS ? replies : null;
    }

    /** Where containers cannot reach the task metadata, they know but their own id. */
    private static boolean names(String reply, Task task) {
        return Stream.concat(
                        Stream.of(StatusReport.shortName(task.taskArn())),
                        task.containers().stream()
                                .map(Container::runtimeId)
                                .filter(id -> id != null && id.length() >= ID_SHOWN)
                                .map(id -> id.substring(0, ID_SHOWN)))
                .anyMatch(reply::contains);
    }

    private Failure notSteady() {
        Service service = service();
        String events =
                service == null
                        ? ""
                        : service.events().stream()
                                .limit(5)
                                .map(ServiceEvent::message)
                                .collect(Collectors.joining(System.lineSeparator()));
        return new Failure(
                "The service is not steady after %d s. What it says, latest first:%n%s%n%s"
                        .formatted(LIMIT.toSeconds(), events, new StatusReport(session).text()));
    }
}
