package io.gantry.control.api;

import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.Connectivity;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.HealthStatus;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/** Tasks as ECS describes them. */
final class TaskView {
    private static final String ZONE = "ecs.availability-zone";
    private static final String PROVISIONING = "PROVISIONING";
    private static final String ARCHITECTURE = "ecs.cpu-architecture";

    private final ClusterState state;
    private final Names names;

    TaskView(ClusterState state) {
        this.state = state;
        this.names = Names.of(state);
    }

    software.amazon.awssdk.services.ecs.model.Task of(Task task, boolean tagged) {
        Worker worker = state.workers().get(task.worker());
        List<String> containers = task.containers().stream().map(Task.Container::name).toList();
        var builder =
                software.amazon.awssdk.services.ecs.model.Task.builder()
                        .taskArn(names.task(task.cluster(), task.id()))
                        .clusterArn(names.cluster(task.cluster()))
                        .taskDefinitionArn(names.taskDefinition(task.taskDefinition()))
                        .containerInstanceArn(names.instance(task.cluster(), task.worker()))
                        .availabilityZone(attribute(worker, ZONE))
                        .overrides(Overrides.shown(task.overrides(), containers))
                        .lastStatus(task.last().name())
                        .desiredStatus(task.desired().name())
                        .cpu(Integer.toString(task.footprint().resources().cpuUnits()))
                        .memory(Integer.toString(task.footprint().resources().memoryMib()))
                        .containers(containers(task))
                        .connectivity(
                                worker != null && worker.connected()
                                        ? Connectivity.CONNECTED
                                        : Connectivity.DISCONNECTED)
                        .stopCode(task.stopCode())
                        .stoppedReason(task.stoppedReason())
                        .startedBy(task.startedBy())
                        .group(task.group())
                        .launchType(task.launchType())
                        .capacityProviderName(task.provision().provider())
                        .platformVersion(task.provision().platformVersion())
                        .platformFamily(Platform.family(task.launchType(), definition(task)))
                        .version(task.version())
                        .attachments(List.of())
                        .attributes(attributes(worker))
                        .healthStatus(health(task.health()))
                        .enableExecuteCommand(task.executeCommand())
                        .inferenceAccelerators(List.of())
                        .tags(tagged ? task.tags() : List.of());
        times(builder, task.times());
        builder.connectivityAt(Views.time(connectedAt(task, worker)));
        return task.worker().equals(Job.NOWHERE) ? unplaced(builder, task) : builder.build();
    }

    /** A task on no machine: it waits for one, or has stopped without any. */
    private static software.amazon.awssdk.services.ecs.model.Task unplaced(
            software.amazon.awssdk.services.ecs.model.Task.Builder builder, Task task) {
        return builder.containerInstanceArn(null)
                .connectivity((String) null)
                .connectivityAt(null)
                .lastStatus(task.alive() ? PROVISIONING : task.last().name())
                .build();
    }

    private @Nullable TaskDefinition definition(Task task) {
        TaskDefinitionRow row = state.taskDefinitions().get(task.taskDefinition());
        return row == null ? null : row.definition();
    }

    /** When the task last became CONNECTED: with its agent, or at its start if that was later. */
    private static long connectedAt(Task task, @Nullable Worker worker) {
        long known = task.times().connectivityAt();
        long agent = worker == null ? 0 : worker.connectedAtMillis();
        long stopped = task.times().stoppedAt();
        return stopped != 0 && agent > stopped ? known : Math.max(known, agent);
    }

    private static void times(
            software.amazon.awssdk.services.ecs.model.Task.Builder builder, Task.Times times) {
        builder.createdAt(Views.time(times.createdAt()))
                .pullStartedAt(Views.time(times.pullStartedAt()))
                .pullStoppedAt(Views.time(times.pullStoppedAt()))
                .startedAt(Views.time(times.startedAt()))
                .stoppingAt(Views.time(times.stoppingAt()))
                .executionStoppedAt(Views.time(times.executionStoppedAt()))
                .stoppedAt(Views.time(times.stoppedAt()));
    }

    private static @Nullable String attribute(@Nullable Worker worker, String name) {
        return worker == null ? null : worker.attributes().get(name);
    }

    private static List<Attribute> attributes(@Nullable Worker worker) {
        String architecture = attribute(worker, ARCHITECTURE);
        return architecture == null
                ? List.of()
                : List.of(Attribute.builder().name(ARCHITECTURE).value(architecture).build());
    }

    private List<Container> containers(Task task) {
        Map<String, ContainerDefinition> definitions = new HashMap<>();
        TaskDefinitionRow row = state.taskDefinitions().get(task.taskDefinition());
        if (row != null) {
            row.definition()
                    .containerDefinitions()
                    .forEach(each -> definitions.put(each.name(), each));
        }
        Map<String, ContainerOverride> overrides = new HashMap<>();
        if (task.overrides() != null) {
            task.overrides().containerOverrides().forEach(each -> overrides.put(each.name(), each));
        }
        return task.containers().stream()
                .map(
                        each ->
                                container(
                                        task,
                                        each,
                                        definitions.get(each.name()),
                                        overrides.get(each.name())))
                .toList();
    }

    private Container container(
            Task task,
            Task.Container container,
            @Nullable ContainerDefinition definition,
            @Nullable ContainerOverride override) {
        Container.Builder builder =
                Container.builder()
                        .containerArn(names.container(task.cluster(), task.id(), container.id()))
                        .taskArn(names.task(task.cluster(), task.id()))
                        .name(container.name())
                        .imageDigest(container.imageDigest())
                        .runtimeId(container.runtimeId())
                        .lastStatus(container.last().name())
                        .exitCode(container.exitCode())
                        .reason(container.reason())
                        .networkBindings(container.bindings())
                        .networkInterfaces(List.of())
                        .healthStatus(health(container.health()))
                        .gpuIds(task.gpus().get(container.name()));
        if (definition != null) {
            var change = override == null ? ContainerOverride.builder().build() : override;
            builder.image(definition.image())
                    .cpu(text(change.cpu(), definition.cpu()))
                    .memory(text(change.memory(), definition.memory()))
                    .memoryReservation(
                            text(change.memoryReservation(), definition.memoryReservation()));
        }
        return builder.build();
    }

    private static @Nullable String text(@Nullable Integer override, @Nullable Integer defined) {
        Integer value = override == null ? defined : override;
        return value == null ? null : value.toString();
    }

    private static HealthStatus health(Health health) {
        return switch (health) {
            case HEALTHY -> HealthStatus.HEALTHY;
            case UNHEALTHY -> HealthStatus.UNHEALTHY;
            case UNCHECKED, UNKNOWN -> HealthStatus.UNKNOWN;
        };
    }
}
