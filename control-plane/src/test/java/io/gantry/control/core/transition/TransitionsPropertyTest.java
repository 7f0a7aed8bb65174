package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Taggable;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.state.Worker.AgentVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.Tag;

/** Random commands, sensible and not, on one state: whatever is counted must always be right. */
class TransitionsPropertyTest {
    private static final int STEPS = 1_500;
    private static final String LEASES = "gantry.capability.lease";
    private static final String ZONE = "ecs.availability-zone";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void countersAndIndexesAlwaysEqualTheTables(long seed) {
        var lab = new Lab(seed);
        var user = new RandomUser(lab);
        for (int i = 0; i < STEPS; i++) {
            ClusterState before = lab.state();
            user.step();
            Audit.check(lab.state());
            assertNothingNewOnDrainingMachines(before, lab.state());
            assertForward(before, lab.state());
        }
    }

    private static void assertForward(ClusterState before, ClusterState after) {
        assertThat(after.nowMillis()).isGreaterThanOrEqualTo(before.nowMillis());
        after.tasks()
                .forEach(
                        (id, task) -> {
                            Task earlier = before.tasks().get(id);
                            if (earlier != null) {
                                assertThat(task.last()).isGreaterThanOrEqualTo(earlier.last());
                                assertThat(task.desired())
                                        .isGreaterThanOrEqualTo(earlier.desired());
                                assertThat(task.worker()).isEqualTo(earlier.worker());
                                assertThat(task.version())
                                        .isGreaterThanOrEqualTo(earlier.version());
                                assertThat(task.gpus()).isEqualTo(earlier.gpus());
                                if (earlier.stopCode() != null) {
                                    assertThat(task.stopCode()).isEqualTo(earlier.stopCode());
                                    assertThat(task.stoppedReason())
                                            .isEqualTo(earlier.stoppedReason());
                                }
                            }
                        });
    }

    private static void assertNothingNewOnDrainingMachines(
            ClusterState before, ClusterState after) {
        after.tasks()
                .values()
                .filter(task -> before.tasks().get(task.id()) == null)
                .forEach(
                        task ->
                                assertThat(after.workers().get(task.worker()))
                                        .extracting(Worker::status)
                                        .isEqualTo(Worker.Status.ACTIVE));
    }

    private static final class RandomUser {
        private final Lab lab;
        private final List<WorkerId> workers = new ArrayList<>();
        private final List<TaskDefinitionKey> definitions = new ArrayList<>();

        RandomUser(Lab lab) {
            this.lab = lab;
            workers.add(lab.worker(2048, 2048, Map.of(ZONE, "a")));
            workers.add(lab.worker(1024, 4096, Map.of("rack", "r1", LEASES, "", ZONE, "b")));
            workers.add(lab.worker(2048, 2048, Map.of(LEASES, ""), List.of("g0", "g1", "g2")));
            definitions.add(lab.definition("small", Lab.SMALL));
            definitions.add(
                    lab.definition(
                            "port",
                            new Footprint(
                                    new Resources(128, 64), List.of(HostPort.tcp(80)), List.of())));
            definitions.add(
                    lab.definition(
                            "rack",
                            new Footprint(new Resources(512, 256), List.of(), List.of("rack"))));
            definitions.add(GpusTest.definition(lab, "gpu", 1, 1));
        }

        void step() {
            switch (lab.random.nextInt(17)) {
                case 16 -> twice();
                case 15 -> lose();
                case 0 -> workers.add(lab.worker(1024, 1024, Map.of(LEASES, "")));
                case 1 ->
                        lab.apply(
                                new Command.ConnectWorker(
                                        any(workers), "n2", new AgentVersion(null, null, null)));
                case 2, 3 -> lab.apply(lab.run(any(definitions), any(workers), token()));
                case 4, 5, 6 -> observe();
                case 7 -> lab.apply(new Command.StopTask(anyTask(), "UserInitiated", "enough"));
                case 8 -> changeService();
                case 9, 10, 11 -> reconcile();
                case 13 -> protect();
                case 12 -> lab.pass(Duration.ofSeconds(lab.random.nextInt(60)));
                default -> rarely();
            }
        }

        /** A call whose answer was lost: the repetition changes nothing but the time. */
        private void twice() {
            Command command =
                    lab.random.nextBoolean()
                            ? new Command.StopTask(anyTask(), "UserInitiated", "enough")
                            : new Command.ProtectTasks(List.of(anyTask()), 60_000);
            String id = "id" + lab.random.nextInt(1_000_000);
            var once = new Command.Once(new Token("call", id), command);
            Reply first = lab.apply(once);
            ClusterState before = lab.state();
            lab.time.advance(Duration.ofSeconds(1));
            assertThat(lab.apply(once)).isEqualTo(first);
            assertThat(lab.state().tasks().values())
                    .containsExactlyElementsOf(before.tasks().values().toList());
        }

        private @Nullable String token() {
            return lab.random.nextBoolean() ? null : "t" + lab.random.nextInt(20);
        }

        private TaskId anyTask() {
            List<Task> tasks = lab.state().tasks().values().toList();
            return tasks.isEmpty() ? lab.ids.task() : any(tasks).id();
        }

        private void observe() {
            List<Task> tasks = lab.state().tasks().values().toList();
            if (!tasks.isEmpty()) {
                Integer exit = lab.random.nextBoolean() ? lab.random.nextInt(3) : null;
                Task task = any(tasks);
                if (lab.random.nextInt(4) == 0) {
                    var digest = "sha256:" + Integer.toString(lab.random.nextInt(3)).repeat(64);
                    lab.report(
                            task.id(),
                            Status.PENDING,
                            null,
                            new ContainerSeen("main", null, null, null, null, digest, null, null));
                }
                lab.observe(task.id(), any(List.of(Status.values())), exit);
            }
        }

        private void changeService() {
            Service service = lab.state().services().get(Lab.WEB);
            TaskDefinitionKey definition = any(definitions);
            if (service == null || service.status() == Service.LifeStatus.INACTIVE) {
                lab.createService(spec(), definition, lab.random.nextInt(6));
            } else if (service.active()) {
                boolean deploy = lab.random.nextBoolean();
                TaskDefinitionKey next = deploy ? definition : service.primary().taskDefinition();
                lab.updateService(next, lab.random.nextInt(6), deploy);
            }
        }

        /** Of all kinds that there are. */
        private software.amazon.awssdk.services.ecs.model.Service spec() {
            boolean daemon = lab.random.nextInt(3) == 0;
            return software.amazon.awssdk.services.ecs.model.Service.builder()
                    .schedulingStrategy(daemon ? "DAEMON" : "REPLICA")
                    .availabilityZoneRebalancing(lab.random.nextBoolean() ? "ENABLED" : "DISABLED")
                    .deploymentConfiguration(
                            DeploymentConfiguration.builder()
                                    .minimumHealthyPercent(50)
                                    .maximumPercent(daemon ? 100 : 200)
                                    .build())
                    .build();
        }

        private void reconcile() {
            Service service = lab.state().services().get(Lab.WEB);
            if (service != null) {
                var plan = Reconciler.next(lab.state(), service, lab.ids, lab.random);
                if (plan != null) {
                    List<TaskId> shielded = shielded();
                    lab.apply(plan);
                    assertThat(shielded).allMatch(task -> lab.task(task).wanted());
                }
            }
        }

        /**
         * Tasks that no scheduler may stop: nobody doubts their health in this test. One that is
         * lost ends once another runs in its place.
         */
        private List<TaskId> shielded() {
            return lab.state()
                    .tasks()
                    .values()
                    .filter(task -> task.isProtected(lab.state().nowMillis()) && !task.lost())
                    .map(Task::id)
                    .toList();
        }

        private void lose() {
            WorkerId id = any(workers);
            var row = lab.state().workers().get(id);
            if (row == null) {
                return;
            }
            long silent = lab.random.nextInt(4) * 30_000L;
            lab.apply(new Command.DisconnectWorker(id, row.session(), silent));
            lab.apply(new Command.LoseWorker(id, row.session(), silent));
        }

        private void protect() {
            List<TaskId> tasks = List.of(anyTask(), anyTask());
            lab.apply(new Command.ProtectTasks(tasks, lab.random.nextInt(3) * 60_000L));
        }

        /** Room for an important task that may never come. */
        private void makeRoom() {
            Task victim = lab.state().tasks().get(anyTask());
            if (victim != null) {
                Launch launch =
                        new Launch(
                                "family:important",
                                null,
                                "EC2",
                                null,
                                false,
                                Lab.tags(Map.of("gantry:priority", "90")),
                                false,
                                Lab.SMALL);
                var eviction = new Command.Eviction(victim.worker(), List.of(victim.id()));
                lab.apply(new Command.MakeRoom(Lab.CLUSTER, launch, 2, List.of(eviction)));
            }
        }

        private void rarely() {
            switch (lab.random.nextInt(15)) {
                case 13 -> tag();
                case 14 -> deleteDefinitions();
                case 9 -> lab.apply(new Command.InterruptWorker(any(workers), 30_000));
                case 11 ->
                        lab.apply(
                                new Command.DrainWorker(
                                        any(workers),
                                        lab.random.nextInt(3) * 40_000L,
                                        lab.random.nextBoolean() ? new Rate(1, 20_000) : null));
                case 12 -> makeRoom();
                case 0 -> lab.apply(new Command.DeleteService(Lab.WEB, true));
                case 1 -> lab.apply(new Command.DeregisterWorker(any(workers), true));
                case 2 -> {
                    TaskDefinitionKey old = any(definitions);
                    lab.apply(new Command.DeregisterTaskDefinition(old));
                    definitions.remove(old);
                    definitions.add(lab.definition(old.family(), Lab.SMALL));
                }
                case 3 -> lab.pass(Duration.ofHours(2));
                case 4 ->
                        lab.apply(
                                new Command.SetWorkerStatus(
                                        List.of(any(workers)), Worker.Status.DRAINING));
                case 5 -> lab.apply(new Command.SetWorkerStatus(workers, Worker.Status.ACTIVE));
                case 6 ->
                        lab.apply(
                                new Command.SetPolicy(
                                        new Policy(
                                                (1 + lab.random.nextInt(5)) * 3_600_000L,
                                                15_000,
                                                lab.random.nextInt(3) * 30_000L - 1,
                                                lab.random.nextBoolean())));
                case 8 -> {
                    var attribute =
                            new Command.NamedAttribute(
                                    any(workers), "custom" + lab.random.nextInt(12), "v");
                    lab.apply(
                            lab.random.nextInt(3) == 0
                                    ? new Command.DeleteAttributes(List.of(attribute))
                                    : new Command.PutAttributes(List.of(attribute, attribute)));
                }
                case 7 -> {
                    WorkerId worker = any(workers);
                    if (lab.state().workers().get(worker) != null) {
                        List<String> gpus = List.of("g2", "g0", "g7", "g1");
                        lab.reregister(worker, gpus.subList(0, lab.random.nextInt(5)));
                    }
                }
                default -> {
                    WorkerId worker = any(workers);
                    var row = lab.state().workers().get(worker);
                    if (row != null && row.connected()) {
                        lab.apply(new Command.ReconcileWorker(worker, row.session(), List.of()));
                    }
                }
            }
        }

        private void tag() {
            Taggable resource =
                    switch (lab.random.nextInt(4)) {
                        case 0 -> Taggable.of(Taggable.Kind.SERVICE, Lab.WEB);
                        case 1 -> Taggable.of(Taggable.Kind.TASK, anyTask());
                        case 2 -> Taggable.of(Taggable.Kind.CONTAINER_INSTANCE, any(workers));
                        default -> Taggable.of(Taggable.Kind.CLUSTER, Lab.CLUSTER);
                    };
            String key = lab.random.nextBoolean() ? Loss.TAG : "k" + lab.random.nextInt(60);
            lab.apply(
                    lab.random.nextInt(4) == 0
                            ? new Command.UntagResource(resource, List.of(key))
                            : new Command.TagResource(
                                    resource, List.of(Tag.builder().key(key).value("5m").build())));
        }

        private void deleteDefinitions() {
            List<TaskDefinitionKey> all =
                    lab.state().taskDefinitions().values().map(TaskDefinitionRow::key).toList();
            lab.apply(new Command.DeleteTaskDefinitions(List.of(any(all), any(all))));
        }

        private <T> T any(List<T> all) {
            return all.get(lab.random.nextInt(all.size()));
        }
    }
}
