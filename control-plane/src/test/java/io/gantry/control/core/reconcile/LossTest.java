package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Tag;

/** What becomes of tasks whose worker stays away, and of those whose worker comes back. */
class LossTest {
    private static final String LEASES = "gantry.capability.lease";

    private final Lab lab = new Lab(5);
    private final Crew crew = new Crew(lab);
    private WorkerId first = lab.worker(4096, 4096, Map.of(LEASES, ""));

    @BeforeEach
    void aServiceOfTwoTasks() {
        lab.createService(lab.definition("app", Lab.SMALL), 2, 100, 100);
        crew.converge();
    }

    private Reply goAway(WorkerId worker, long silentMillis) {
        long session = lab.machine(worker).session();
        lab.apply(new Command.DisconnectWorker(worker, session, 15_000));
        return lab.apply(new Command.LoseWorker(worker, session, silentMillis));
    }

    private List<Task> on(WorkerId worker) {
        return lab.state().tasksOn(worker).toList();
    }

    @Test
    void lostTasksStopForGoodAndAreReplacedWithinTheirServicesPercentages() {
        List<Task> before = crew.wanted();
        WorkerId second = lab.worker(4096, 4096, Map.of(LEASES, ""));
        goAway(first, 60_000);
        assertThat(on(first))
                .allMatch(task -> task.last() == Status.STOPPED)
                .extracting(Task::stopCode, Task::stoppedReason)
                .containsOnly(
                        org.assertj.core.groups.Tuple.tuple(
                                "TerminationNotice",
                                "Host (container instance " + first + ") lost."));
        assertThat(lab.machine(first).lost()).isTrue();
        assertThat(lab.machine(first).used().cpuUnits()).isZero();

        // maximumPercent is 100: the lost ones are not in the way of their replacements.
        crew.converge();
        assertThat(on(second)).filteredOn(Task::wanted).hasSize(2);

        lab.connect(first);
        assertThat(lab.machine(first).lost()).isFalse();
        before.forEach(task -> lab.observe(task.id(), Status.RUNNING, null));
        assertThat(on(first)).allMatch(task -> task.last() == Status.STOPPED);
        Audit.check(lab.state());
    }

    @Test
    void nothingIsLostBeforeItsTime() {
        goAway(first, 59_999);
        assertThat(on(first)).allMatch(Task::wanted);
        assertThat(lab.machine(first).lost()).isFalse();
    }

    @Test
    void aWorkerThatHasConnectedSinceLosesNothing() {
        long session = lab.machine(first).session();
        lab.apply(new Command.DisconnectWorker(first, session, 15_000));
        lab.connect(first);
        assertThat(lab.apply(new Command.LoseWorker(first, session, 100_000)))
                .isInstanceOf(Reply.Refused.class);
        lab.apply(new Command.DisconnectWorker(first, lab.machine(first).session()));
        assertThat(lab.apply(new Command.LoseWorker(first, session, 100_000)))
                .isInstanceOf(Reply.Refused.class);
        assertThat(on(first)).allMatch(Task::wanted);
    }

    @Test
    void aConnectedWorkerLosesNothing() {
        long session = lab.machine(first).session();
        assertThat(lab.apply(new Command.LoseWorker(first, session, 100_000)))
                .isInstanceOf(Reply.Refused.class);
    }

    @Test
    void tasksOfWorkersWithoutLeasesAreLeftAlone() {
        WorkerId amazons = lab.worker(4096, 4096, Map.of());
        lab.apply(
                new Command.SetWorkerStatus(
                        List.of(first), io.gantry.control.core.state.Worker.Status.DRAINING));
        lab.apply(
                new Command.UpdateService(
                        Lab.WEB,
                        lab.service().version(),
                        Service.builder().serviceName("web").build(),
                        2,
                        lab.service().primary().taskDefinition(),
                        0));
        crew.converge();
        assertThat(on(amazons)).filteredOn(Task::wanted).hasSize(2).allMatch(t -> t.loss() == null);
        goAway(amazons, 3_600_000);
        assertThat(on(amazons)).filteredOn(Task::wanted).hasSize(2);
    }

    @Test
    void standaloneTasksAreLeftAlone() {
        var alone = lab.started(lab.apply(lab.run(lab.definition("once", Lab.SMALL), first, null)));
        goAway(first, 60_000);
        assertThat(lab.task(alone).wanted()).isTrue();
        assertThat(lab.task(alone).alive()).isTrue();
    }

    @Test
    void tasksThatMayBeKeptGoOnUnlessOthersRunInTheirPlace() {
        lab.apply(new Command.SetPolicy(new Policy(3_600_000, 15_000, 60_000, true)));
        lab.updateService(lab.definition("app", Lab.SMALL), 2, true);
        lab.apply(new Command.StopTask(crew.wanted().getFirst().id(), "UserInitiated", "x"));
        crew.converge();
        crew.wanted()
                .forEach(task -> lab.apply(new Command.StopTask(task.id(), "UserInitiated", "x")));
        crew.converge();
        List<Task> kept = crew.wanted();
        assertThat(kept).hasSize(2).allMatch(task -> task.loss() != null && task.loss().kept());
        goAway(first, 60_000);
        assertThat(on(first)).filteredOn(Task::lost).hasSize(2);
        assertThat(Census.of(lab.state(), lab.service()).healthy()).isZero();

        // Room for one replacement only: the other task goes on when its worker is back.
        WorkerId small = lab.worker(256, 128, Map.of(LEASES, ""));
        crew.reconcile();
        assertThat(on(small)).hasSize(1);
        assertThat(on(first)).filteredOn(Task::lost).hasSize(1);
        lab.connect(first);
        assertThat(on(first)).filteredOn(Task::lost).isEmpty();
        assertThat(on(first)).filteredOn(Task::wanted).hasSize(1);
        Audit.check(lab.state());
    }

    @Test
    void leasesEndWellBeforeTheirTasksAreLost() {
        for (long after = Loss.SHORTEST_MILLIS; after < 600_000; after += 1_000) {
            assertThat(new Loss(after, false).leaseMillis())
                    .isPositive()
                    .isLessThanOrEqualTo(after - 3_500)
                    .isLessThanOrEqualTo(after - after / 10);
        }
    }

    @Test
    void tagsSayHowLongOrNever() {
        assertThat(Loss.parse("30s")).isEqualTo(30_000);
        assertThat(Loss.parse("5m")).isEqualTo(300_000);
        assertThat(Loss.parse("24h")).isEqualTo(Loss.LONGEST_MILLIS);
        assertThat(Loss.parse("never")).isEqualTo(Loss.NEVER);
        for (String wrong : List.of("9s", "25h", "", "30", "-30s", "1d", "Never", "999999999h")) {
            assertThat(Loss.parse(wrong)).as(wrong).isNull();
        }
    }

    @Test
    void aTagOfTheServiceCountsBeforeThatOfItsClusterAndThePolicy() {
        var cluster =
                software.amazon.awssdk.services.ecs.model.Cluster.builder()
                        .clusterName("slow")
                        .tags(Tag.builder().key(Loss.TAG).value("5m").build())
                        .build();
        lab.apply(new Command.CreateCluster(cluster));
        assertThat(Loss.afterMillis(lab.state(), "slow")).isEqualTo(300_000);
        assertThat(Loss.afterMillis(lab.state(), Lab.CLUSTER)).isEqualTo(60_000);
        var service = lab.service();
        assertThat(Loss.of(lab.state(), service)).isEqualTo(new Loss(60_000, false));
        var never =
                new io.gantry.control.core.state.Service(
                        service.key(),
                        service.goal(),
                        service.progress(),
                        List.of(Tag.builder().key(Loss.TAG).value("never").build()),
                        0,
                        1);
        assertThat(Loss.of(lab.state(), never)).isNull();
    }
}
