package io.gantry.control.core;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.CustomAttributes;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Works out from scratch everything that transitions keep up to date by small changes. */
public final class Audit {

    private Audit() {}

    public static void check(ClusterState state) {
        List<Task> tasks = state.tasks().values().toList();
        assertThat(state.tasksByCluster().size()).isEqualTo(tasks.size());
        assertThat(state.tasksByWorker().size()).isEqualTo(tasks.size());
        assertThat(state.tasksByService().size())
                .isEqualTo((int) count(tasks, task -> task.service() != null));
        assertThat(state.workersByCluster().size()).isEqualTo(state.workers().size());
        assertThat(state.workers().values().flatMap(worker -> state.aliveOn(worker.id())))
                .containsExactlyInAnyOrderElementsOf(tasks.stream().filter(Task::alive).toList());
        assertThat(state.services().values().flatMap(service -> state.aliveOf(service.key())))
                .containsExactlyInAnyOrderElementsOf(
                        tasks.stream()
                                .filter(task -> task.alive() && task.service() != null)
                                .filter(task -> !ManagedAudit.isDaemons(task))
                                .toList());
        ManagedAudit.check(state);
        assertThat(protections(state))
                .containsExactlyInAnyOrderElementsOf(
                        tasks.stream()
                                .filter(task -> task.protectedUntilMillis() != 0)
                                .map(task -> protection(task.protectedUntilMillis(), task.id()))
                                .toList());
        state.workers().forEach((id, worker) -> check(state, worker));
        state.clusters().forEach((name, cluster) -> check(state, cluster));
        state.services().forEach((key, service) -> check(state, service));
        ReleaseAudit.check(state);
        JobAudit.check(state);
        assertThat(state.daemons().size())
                .isEqualTo((int) state.services().values().filter(Audit::daemon).count());
        assertThat(state.clusters().values().map(Cluster::name).flatMap(state::daemonsOf))
                .allMatch(Audit::daemon);
        tasks.forEach(Audit::check);
        checkDefinitions(state, tasks);
    }

    /** What something may still be made of is there, deleted or not. */
    private static void checkDefinitions(ClusterState state, List<Task> tasks) {
        var needed = tasks.stream().filter(Task::alive).map(Task::taskDefinition).collect(toSet());
        state.services()
                .values()
                .filter(service -> service.status() != Service.LifeStatus.INACTIVE)
                .flatMap(service -> service.deployments().stream())
                .forEach(deployment -> needed.add(deployment.taskDefinition()));
        assertThat(needed)
                .as("definitions that something refers to")
                .allMatch(key -> state.taskDefinitions().get(key) != null);
    }

    /** The looks that are due when protections end. */
    private static List<Deadline> protections(ClusterState state) {
        var all = new ArrayList<Deadline>();
        state.deadlines()
                .forEach(
                        (deadline, _) -> {
                            if (deadline.kind() == Deadline.Kind.END_PROTECTION) {
                                all.add(deadline);
                            }
                        });
        return all;
    }

    private static Deadline protection(long atMillis, TaskId task) {
        return new Deadline(atMillis, Deadline.Kind.END_PROTECTION, task.toString());
    }

    private static void check(ClusterState state, Worker worker) {
        List<Task> alive = state.tasksOn(worker.id()).filter(Task::alive).toList();
        Resources used =
                alive.stream()
                        .map(task -> task.footprint().resources())
                        .reduce(Resources.NONE, Resources::plus);
        assertThat(worker.used()).isEqualTo(used);
        List<HostPort> ports =
                alive.stream().flatMap(task -> task.footprint().ports().stream()).toList();
        assertThat(worker.usedPorts()).containsExactlyInAnyOrderElementsOf(ports);
        assertThat(worker.usedPorts()).doesNotHaveDuplicates();
        List<String> gpus =
                alive.stream().flatMap(task -> task.origin().gpuIds().stream()).toList();
        assertThat(worker.usedGpus()).containsExactlyInAnyOrderElementsOf(gpus);
        assertThat(worker.usedGpus()).as("each GPU belongs to one").doesNotHaveDuplicates();
        assertThat(worker.freeGpus()).noneMatch(gpus::contains);
        assertThat(used.fitsIn(worker.total())).as("%s on %s", used, worker.total()).isTrue();
        assertThat(CustomAttributes.count(worker.attributes()))
                .isLessThanOrEqualTo(CustomAttributes.MOST);
        assertThat(worker.connected() && worker.lost()).isFalse();
        assertThat(alive.stream().filter(Task::lost))
                .as("nothing is lost on a worker that is connected")
                .allMatch(_ -> !worker.connected());
        List<Task> meant = alive.stream().filter(each -> each.wanted() && !each.lost()).toList();
        assertThat(worker.groups().wanted())
                .isEqualTo(meant.stream().collect(groupingBy(Task::group, summingInt(each -> 1))));
        assertThat(worker.groups().running()).isEqualTo((int) count(meant, is(Status.RUNNING)));
        assertThat(worker.running()).isEqualTo((int) count(alive, is(Status.RUNNING)));
        assertThat(worker.pending()).isEqualTo((int) count(alive, is(Status.PENDING)));
    }

    private static void check(ClusterState state, Cluster cluster) {
        List<Task> tasks = state.aliveIn(cluster.name()).toList();
        assertThat(tasks)
                .containsExactlyElementsOf(
                        state.tasks()
                                .values()
                                .filter(t -> t.alive() && t.cluster().equals(cluster.name()))
                                .toList());
        assertThat(cluster.running()).isEqualTo((int) count(tasks, is(Status.RUNNING)));
        assertThat(cluster.pending())
                .isEqualTo(
                        (int)
                                (count(tasks, is(Status.PENDING))
                                        + state.jobs().waitingIn(cluster.name()).count()));
        assertThat(cluster.services())
                .isEqualTo((int) state.servicesOf(cluster.name()).filter(Service::active).count());
        assertThat(cluster.instances())
                .isEqualTo(
                        (int)
                                state.workersOf(cluster.name())
                                        .filter(each -> each.status() != Worker.Status.INACTIVE)
                                        .count());
    }

    private static void check(ClusterState state, Service service) {
        List<Task> tasks = state.tasksOf(service.key()).toList();
        for (Deployment deployment : service.deployments()) {
            List<Task> own =
                    tasks.stream().filter(t -> t.deployment() == deployment.number()).toList();
            assertThat(deployment.running()).isEqualTo((int) count(own, is(Status.RUNNING)));
            assertThat(deployment.pending()).isEqualTo((int) count(own, is(Status.PENDING)));
        }
        checkSets(service);
        if (service.active()) {
            assertThat(count(tasks, task -> task.alive() && task.wanted()))
                    .isLessThanOrEqualTo(Math.max(service.maximum(), count(tasks, Task::alive)));
        }
    }

    /** All deployments of a service are task sets, or none is. */
    private static void checkSets(Service service) {
        List<TaskSet> sets =
                service.deployments().stream()
                        .flatMap(each -> Stream.ofNullable(each.set()))
                        .toList();
        assertThat(sets).hasSize(service.external() ? service.deployments().size() : 0);
        assertThat(sets).hasSizeLessThanOrEqualTo(TaskSet.MOST);
        assertThat(sets.stream().filter(TaskSet::primary)).hasSizeLessThanOrEqualTo(1);
        for (Deployment deployment : service.deployments()) {
            TaskSet set = deployment.set();
            if (set != null) {
                assertThat(deployment.desired()).isEqualTo(set.computed(service.desiredCount()));
                assertThat(set.steady() && set.draining()).isFalse();
            }
            if (set != null && set.steady() && service.active()) {
                assertThat(deployment.running()).isEqualTo(deployment.desired());
                assertThat(deployment.pending()).isZero();
            }
        }
    }

    private static void check(Task task) {
        assertThat(task.origin().gpuIds()).hasSize(task.footprint().gpus());
        assertThat(task.stopCode() == null).isEqualTo(task.stoppedReason() == null);
        if (task.lost()) {
            assertThat(task.loss()).matches(loss -> loss != null && loss.kept());
        }
        if (!task.alive()) {
            assertThat(task.desired()).isEqualTo(Status.STOPPED);
            assertThat(task.stopCode()).isNotNull();
            var times = task.times();
            assertThat(times.stoppedAt()).isPositive();
            assertThat(times.stoppingAt()).isBetween(times.createdAt(), times.stoppedAt());
            assertThat(times.startedAt()).isLessThanOrEqualTo(times.stoppedAt());
            assertThat(task.containers()).allMatch(each -> each.last() == Status.STOPPED);
        }
    }

    private static boolean daemon(Service service) {
        return service.active() && service.daemon();
    }

    private static Predicate<Task> is(Status status) {
        return task -> task.last() == status;
    }

    private static long count(List<Task> tasks, Predicate<Task> condition) {
        return tasks.stream().filter(condition).count();
    }
}
