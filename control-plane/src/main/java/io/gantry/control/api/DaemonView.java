package io.gantry.control.api;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonCapacityProvider;
import software.amazon.awssdk.services.ecs.model.DaemonCircuitBreaker;
import software.amazon.awssdk.services.ecs.model.DaemonContainerImage;
import software.amazon.awssdk.services.ecs.model.DaemonDeployment;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentAlarms;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentCapacityProvider;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentRevisionDetail;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentRollbackMonitorsStatus;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentSummary;
import software.amazon.awssdk.services.ecs.model.DaemonDetail;
import software.amazon.awssdk.services.ecs.model.DaemonPropagateTags;
import software.amazon.awssdk.services.ecs.model.DaemonRevision;
import software.amazon.awssdk.services.ecs.model.DaemonRevisionDetail;
import software.amazon.awssdk.services.ecs.model.DaemonRollback;

/**
 * Managed daemons as ECS describes them. Counts are of the moment of the description, also in
 * deployments that are over.
 */
final class DaemonView {
    private final ClusterState state;
    private final Names names;

    DaemonView(ClusterState state) {
        this.state = state;
        this.names = Names.of(state);
    }

    DaemonDetail of(ManagedDaemon daemon) {
        ServiceKey key = daemon.key();
        List<Task> tasks = running(key);
        return DaemonDetail.builder()
                .daemonArn(names.daemon(key))
                .clusterArn(names.cluster(key.cluster()))
                .status(daemon.status().name())
                .currentRevisions(
                        Stream.concat(
                                        Stream.of(daemon.target()),
                                        tasks.stream().map(Task::deployment))
                                .distinct()
                                .map(number -> state.managed().revision(key, number))
                                .filter(Objects::nonNull)
                                .map(revision -> detail(revision, tasks))
                                .toList())
                .deploymentArn(names.daemonDeployment(key, daemon.latest()))
                .createdAt(Views.time(daemon.createdAtMillis()))
                .updatedAt(Views.time(daemon.updatedAtMillis()))
                .build();
    }

    private List<Task> running(ServiceKey daemon) {
        return state.aliveOf(daemon).filter(task -> task.last() == Task.Status.RUNNING).toList();
    }

    private DaemonRevisionDetail detail(ManagedRevision revision, List<Task> running) {
        List<Task> own = of(revision, running);
        return DaemonRevisionDetail.builder()
                .arn(names.daemonRevision(revision.key().daemon(), revision.key().number()))
                .totalRunningCount(own.size())
                .capacityProviders(
                        revision.providers().stream()
                                .map(
                                        name ->
                                                DaemonCapacityProvider.builder()
                                                        .arn(names.capacityProvider(name))
                                                        .runningCount(of(name, own).size())
                                                        .build())
                                .toList())
                .build();
    }

    private static List<Task> of(ManagedRevision revision, List<Task> tasks) {
        long number = revision.key().number();
        return tasks.stream().filter(task -> task.deployment() == number).toList();
    }

    private static List<Task> of(String provider, List<Task> tasks) {
        return tasks.stream().filter(task -> provider.equals(task.provision().provider())).toList();
    }

    DaemonDeployment of(ManagedDeployment row) {
        ServiceKey key = row.key().daemon();
        List<Task> tasks = running(key);
        return DaemonDeployment.builder()
                .daemonDeploymentArn(names.daemonDeployment(key, row.key().id()))
                .clusterArn(names.cluster(key.cluster()))
                .status(row.status().name())
                .statusReason(row.reason())
                .targetDaemonRevision(
                        row.target() == 0 ? null : instances(key, row.target(), tasks))
                .sourceDaemonRevisions(
                        row.sources().stream()
                                .map(number -> instances(key, number, tasks))
                                .filter(Objects::nonNull)
                                .toList())
                .circuitBreaker(
                        DaemonCircuitBreaker.builder()
                                .failureCount(row.breaker().failures())
                                .threshold(row.breaker().threshold())
                                .status(breaker(row))
                                .build())
                .alarms(
                        DaemonDeploymentAlarms.builder()
                                .status(DaemonDeploymentRollbackMonitorsStatus.DISABLED)
                                .alarmNames(List.of())
                                .triggeredAlarmNames(List.of())
                                .build())
                .rollback(rollback(key, row.rollback()))
                .deploymentConfiguration(row.configuration())
                .createdAt(Views.time(row.times().created()))
                .startedAt(Views.time(row.times().started()))
                .stoppedAt(Views.time(row.times().stopped()))
                .finishedAt(Views.time(row.times().finished()))
                .build();
    }

    private static DaemonDeploymentRollbackMonitorsStatus breaker(ManagedDeployment row) {
        if (row.target() == 0) {
            return DaemonDeploymentRollbackMonitorsStatus.DISABLED;
        }
        if (row.breaker().triggered()) {
            return DaemonDeploymentRollbackMonitorsStatus.TRIGGERED;
        }
        return row.status().over()
                ? DaemonDeploymentRollbackMonitorsStatus.MONITORING_COMPLETE
                : DaemonDeploymentRollbackMonitorsStatus.MONITORING;
    }

    private @Nullable DaemonRollback rollback(
            ServiceKey daemon, ManagedDeployment.@Nullable Rollback way) {
        return way == null
                ? null
                : DaemonRollback.builder()
                        .reason(way.reason())
                        .startedAt(Views.time(way.startedAtMillis()))
                        .rollbackTargetDaemonRevisionArn(
                                names.daemonRevision(daemon, way.revision()))
                        .rollbackCapacityProviders(
                                way.providers().stream().map(names::capacityProvider).toList())
                        .build();
    }

    /** As each machine has one task, machines are counted by tasks. */
    private @Nullable DaemonDeploymentRevisionDetail instances(
            ServiceKey key, long number, List<Task> running) {
        ManagedRevision revision = state.managed().revision(key, number);
        if (revision == null) {
            return null;
        }
        List<Task> own = of(revision, running);
        return DaemonDeploymentRevisionDetail.builder()
                .arn(names.daemonRevision(key, number))
                .totalRunningInstanceCount(own.size())
                .totalDrainingInstanceCount(draining(own))
                .capacityProviders(
                        revision.providers().stream()
                                .map(
                                        name ->
                                                DaemonDeploymentCapacityProvider.builder()
                                                        .arn(names.capacityProvider(name))
                                                        .runningInstanceCount(of(name, own).size())
                                                        .drainingInstanceCount(
                                                                draining(of(name, own)))
                                                        .build())
                                .toList())
                .build();
    }

    private int draining(List<Task> tasks) {
        return (int)
                tasks.stream()
                        .map(task -> state.workers().get(task.worker()))
                        .filter(
                                worker ->
                                        worker != null && worker.status() == Worker.Status.DRAINING)
                        .count();
    }

    DaemonDeploymentSummary brief(ManagedDeployment row) {
        ServiceKey key = row.key().daemon();
        return DaemonDeploymentSummary.builder()
                .daemonDeploymentArn(names.daemonDeployment(key, row.key().id()))
                .daemonArn(names.daemon(key))
                .clusterArn(names.cluster(key.cluster()))
                .status(row.status().name())
                .statusReason(row.reason())
                .targetDaemonRevisionArn(
                        row.target() == 0 ? null : names.daemonRevision(key, row.target()))
                .createdAt(Views.time(row.times().created()))
                .startedAt(Views.time(row.times().started()))
                .stoppedAt(Views.time(row.times().stopped()))
                .finishedAt(Views.time(row.times().finished()))
                .build();
    }

    DaemonRevision of(ManagedRevision revision) {
        ServiceKey key = revision.key().daemon();
        TaskDefinitionRow definition = state.taskDefinitions().get(revision.definition());
        return DaemonRevision.builder()
                .daemonRevisionArn(names.daemonRevision(key, revision.key().number()))
                .clusterArn(names.cluster(key.cluster()))
                .daemonArn(names.daemon(key))
                .daemonTaskDefinitionArn(names.taskDefinition(revision.definition()))
                .createdAt(Views.time(revision.createdAtMillis()))
                .containerImages(
                        definition == null
                                ? List.of()
                                : definition.definition().containerDefinitions().stream()
                                        .map(each -> image(each, revision))
                                        .toList())
                .propagateTags(
                        revision.propagatesTags()
                                ? DaemonPropagateTags.DAEMON
                                : DaemonPropagateTags.NONE)
                .enableECSManagedTags(revision.managedTags())
                .enableExecuteCommand(revision.executeCommand())
                .build();
    }

    private static DaemonContainerImage image(
            ContainerDefinition container, ManagedRevision revision) {
        return DaemonContainerImage.builder()
                .containerName(container.name())
                .image(container.image())
                .imageDigest(revision.imageDigests().get(container.name()))
                .build();
    }
}
