package io.gantry.control.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobTags;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Jobs in virtual time, rule by rule. */
class JobTest {
    private static final String WAIT = "gantry:wait-for-capacity=10m";
    private static final Footprint BIG =
            new Footprint(new Resources(1024, 512), List.of(), List.of());

    private final Shift shift = new Shift(1);
    private final Lab lab = shift.lab;

    private TaskId retryOf(TaskId failed) {
        return shift.waiting().stream()
                .filter(job -> job.tag(JobTags.RETRY_OF).equals(failed.toString()))
                .map(Job::id)
                .findFirst()
                .orElseThrow();
    }

    private int pending() {
        var cluster = lab.state().clusters().get(Lab.CLUSTER);
        return cluster == null ? -1 : cluster.pending();
    }

    @Test
    void aTaskWithoutRoomWaitsAndIsPlacedOnceAWorkerComes() {
        TaskId task = shift.run(WAIT);
        assertThat(shift.place()).isEmpty();
        assertThat(shift.waits(task)).isTrue();
        assertThat(pending()).isEqualTo(1);
        long created = lab.state().nowMillis();
        shift.pass(Duration.ofMinutes(5));
        WorkerId worker = shift.worker(1);
        assertThat(shift.place()).containsExactly(task);
        assertThat(lab.task(task).worker()).isEqualTo(worker);
        assertThat(lab.task(task).times().createdAt()).isEqualTo(created);
        assertThat(pending()).isEqualTo(1);
        shift.pass(Duration.ofMinutes(10));
        assertThat(shift.isPlaced(task))
                .as("its time to wait is over, and does not matter")
                .isTrue();
    }

    @Test
    void theOldestIsPlacedFirstAndOtherKindsMayPassWhatDoesNotFit() {
        TaskId big = Shift.started(shift.run(shift.ask(BIG, WAIT), 1, null)).getFirst();
        TaskId first = shift.run(WAIT);
        TaskId second = shift.run(WAIT);
        shift.worker(1);
        assertThat(shift.place()).containsExactly(first);
        shift.worker(4);
        assertThat(shift.place()).containsExactly(big);
        shift.worker(1);
        assertThat(shift.place()).containsExactly(second);
    }

    @Test
    void whenTheTimeIsOverATaskStopsAndSaysWhyNothingFit() {
        WorkerId worker = shift.worker(1);
        TaskId task = Shift.started(shift.run(shift.ask(BIG, WAIT), 1, null)).getFirst();
        shift.pass(Duration.ofSeconds(599));
        assertThat(shift.waits(task)).isTrue();
        shift.pass(Duration.ofSeconds(1));
        Task shown = shift.shown(task);
        assertThat(shown.last()).isEqualTo(Status.STOPPED);
        assertThat(shown.stopCode()).isEqualTo("TaskFailedToStart");
        assertThat(shown.stoppedReason())
                .isEqualTo(
                        "Unable to place the task within 10m (gantry:wait-for-capacity) because no"
                                + " container instance met all of its requirements. Reason: The"
                                + " closest matching (container-instance "
                                + worker
                                + ") has insufficient memory available.");
        assertThat(pending()).isZero();
        shift.worker(4);
        assertThat(shift.place()).isEmpty();
        shift.pass(Duration.ofHours(1));
        assertThat(lab.state().described(task)).as("forgotten, as any stopped task").isNull();
    }

    @Test
    void aClusterWithoutMachinesIsTheReason() {
        TaskId task = shift.run(WAIT);
        shift.pass(Duration.ofMinutes(10));
        assertThat(shift.shown(task).stoppedReason())
                .endsWith("Reason: No Container Instances were found in your cluster.");
    }

    @Test
    void aUserMayStopATaskThatWaits() {
        TaskId task = shift.run(WAIT, "gantry:retries=3");
        shift.stop(task);
        assertThat(shift.shown(task).stopCode()).isEqualTo("UserInitiated");
        assertThat(shift.shown(task).stoppedReason()).isEqualTo("enough");
        assertThat(shift.waiting()).isEmpty();
        shift.worker(1);
        assertThat(shift.place()).isEmpty();
    }

    @Test
    void noMoreThan500TasksOfAClusterWait() {
        for (int i = 0; i < 50; i++) {
            assertThat(Shift.started(shift.run(shift.ask(WAIT), 10, null))).hasSize(10);
        }
        Reply full = shift.run(shift.ask(WAIT), 1, null);
        assertThat(full).isInstanceOf(Reply.Refused.class);
        assertThat(((Reply.Refused) full).cause()).isEqualTo(Reply.Cause.PROVISIONING_LIMIT);
        shift.stop(shift.waiting().getFirst().id());
        Reply part = shift.run(shift.ask(WAIT), 3, null);
        assertThat(Shift.started(part)).hasSize(1);
        assertThat(((Reply.Started) part).refused()).hasSize(2);
    }

    @Test
    void aRequestThatIsRepeatedStartsNothingMore() {
        Reply first = shift.run(shift.ask(WAIT), 2, "token");
        assertThat(Shift.started(shift.run(shift.ask(WAIT), 2, "token")))
                .isEqualTo(Shift.started(first));
        assertThat(shift.waiting()).hasSize(2);
    }

    @Test
    void aClusterWithTasksThatWaitIsNotDeleted() {
        TaskId task = shift.run(WAIT);
        assertThat(lab.apply(new Command.DeleteCluster(Lab.CLUSTER)))
                .isInstanceOf(Reply.Refused.class);
        shift.stop(task);
        assertThat(lab.apply(new Command.DeleteCluster(Lab.CLUSTER)))
                .isInstanceOf(Reply.Done.class);
    }

    @Test
    void theTimeThatATaskMayRunBeginsWhenItRuns() {
        shift.worker(1);
        TaskId task =
                shift.run("gantry:wait-for-capacity=1m", "gantry:timeout=1h", "gantry:retries=3");
        shift.place();
        shift.pass(Duration.ofMinutes(30));
        shift.runs(task);
        shift.pass(Duration.ofMinutes(59));
        assertThat(lab.task(task).wanted()).isTrue();
        shift.pass(Duration.ofMinutes(1));
        assertThat(lab.task(task).wanted()).isFalse();
        assertThat(lab.task(task).stopCode()).isEqualTo("UserInitiated");
        assertThat(lab.task(task).stoppedReason())
                .isEqualTo("Task timed out: it has run for 1h (gantry:timeout).");
        shift.ends(task, 143);
        assertThat(shift.waiting()).as("as with AWS Batch it is not run again").isEmpty();
    }

    @Test
    void aTaskThatFailsIsRunAgainAsAnotherTaskWithTheSameOfEverything() {
        shift.worker(1);
        TaskId first = shift.run(WAIT, "gantry:retries=2", "team=blue");
        shift.place();
        shift.runs(first);
        shift.ends(first, 1);
        TaskId second = retryOf(first);
        Task shown = shift.shown(second);
        assertThat(shown.startedBy()).isEqualTo("me");
        assertThat(shown.group()).isEqualTo("family:etl");
        assertThat(Shift.tag(shown, "team")).isEqualTo("blue");
        assertThat(Shift.tag(shown, "gantry:attempt")).isEqualTo("2");
        assertThat(shown.containers()).hasSameSizeAs(lab.task(first).containers());
        assertThat(shift.place()).as("held back").isEmpty();
        shift.pass(Duration.ofSeconds(10));
        assertThat(shift.place()).containsExactly(second);
        shift.runs(second);
        shift.ends(second, 1);
        TaskId third = retryOf(second);
        shift.pass(Duration.ofSeconds(19));
        assertThat(shift.place()).isEmpty();
        shift.pass(Duration.ofSeconds(1));
        assertThat(shift.place()).containsExactly(third);
        assertThat(Shift.tag(shift.shown(third), "gantry:attempt")).isEqualTo("3");
        shift.ends(third, 1);
        assertThat(shift.waiting()).as("two retries, no more").isEmpty();
    }

    @Test
    void aTaskThatSucceedsIsNotRunAgain() {
        shift.worker(1);
        TaskId task = shift.run(WAIT, "gantry:retries=2");
        shift.place();
        shift.runs(task);
        shift.ends(task, 0);
        assertThat(shift.waiting()).isEmpty();
        assertThat(lab.state().jobs().rows().size()).isZero();
    }

    @Test
    void theContainerThatEndedTheTaskDecidesAndNotThoseThatAreKilledAfterIt() {
        shift.worker(1);
        TaskId task = shift.run(WAIT, "gantry:retries=2");
        shift.place();
        shift.runs(task);
        var done = new ContainerSeen("main", Status.STOPPED, 0, null, null, null, null, null);
        lab.report(task, Status.RUNNING, null, done);
        lab.observe(task, Status.STOPPED, 143);
        assertThat(shift.waiting()).isEmpty();
    }

    @Test
    void whatCouldNotStartIsRunAgain() {
        shift.worker(1);
        TaskId task = shift.run(WAIT, "gantry:retries=1");
        shift.place();
        var broken =
                new ContainerSeen(
                        "main",
                        Status.STOPPED,
                        null,
                        "CannotPullContainerError: no",
                        null,
                        null,
                        null,
                        null);
        lab.report(task, Status.STOPPED, null, broken);
        assertThat(lab.task(task).stopCode()).isEqualTo("TaskFailedToStart");
        assertThat(retryOf(task)).isNotNull();
    }

    @Test
    void aTaskThatItsUserStopsIsNotRunAgainHoweverItEnds() {
        shift.worker(1);
        TaskId task = shift.run(WAIT, "gantry:retries=2");
        shift.place();
        shift.runs(task);
        shift.stop(task);
        shift.ends(task, 1);
        assertThat(shift.waiting()).isEmpty();
    }

    @Test
    void aTaskWhoseCapacityIsTakenBackIsRunAgain() {
        WorkerId worker = shift.worker(1);
        TaskId task = shift.run(WAIT, "gantry:retries=2");
        shift.place();
        shift.runs(task);
        lab.apply(new Command.InterruptWorker(worker, 120_000));
        shift.pass(Duration.ofMinutes(2));
        shift.ends(task, 143);
        assertThat(lab.task(task).stopCode()).isEqualTo("SpotInterruption");
        assertThat(retryOf(task)).isNotNull();
    }

    @Test
    void aTaskThatIsLostWithItsWorkerIsRunAgainElsewhere() {
        WorkerId worker = lab.worker(256, 128, Map.of("gantry.capability.lease", ""));
        TaskId task = shift.run(WAIT, "gantry:retries=2");
        shift.place();
        shift.runs(task);
        long session = lab.machine(worker).session();
        lab.apply(new Command.DisconnectWorker(worker, session, 60_000));
        lab.apply(new Command.LoseWorker(worker, session, 60_000));
        assertThat(lab.task(task).last()).isEqualTo(Status.STOPPED);
        TaskId next = retryOf(task);
        shift.worker(1);
        shift.pass(Duration.ofSeconds(10));
        assertThat(shift.place()).containsExactly(next);
    }

    @Test
    void aTaskOfAMachineThatIsDeregisteredByForceIsRunAgain() {
        WorkerId worker = shift.worker(1);
        TaskId task = shift.run(WAIT, "gantry:retries=2");
        shift.place();
        lab.apply(new Command.DeregisterWorker(worker, true));
        assertThat(retryOf(task)).isNotNull();
    }

    @Test
    void theTimeThatARetryWaitsCountsFromTheEndOfItsPause() {
        WorkerId worker = shift.worker(1);
        TaskId task = shift.run(WAIT, "gantry:retries=1");
        shift.place();
        lab.apply(new Command.DeregisterWorker(worker, true));
        TaskId next = retryOf(task);
        shift.pass(Duration.ofMinutes(10));
        assertThat(shift.waits(next)).isTrue();
        shift.pass(Duration.ofSeconds(10));
        assertThat(shift.shown(next).stopCode()).isEqualTo("TaskFailedToStart");
        assertThat(shift.waiting()).as("what found no place is not run again").isEmpty();
    }

    @Test
    void aRetryWaitsForHalfAnHourIfTheUserHasNotSaidHowLong() {
        WorkerId worker = shift.worker(1);
        TaskId task = Shift.started(shift.runAt(shift.ask("gantry:retries=1"), worker)).getFirst();
        lab.apply(new Command.DeregisterWorker(worker, true));
        TaskId next = retryOf(task);
        shift.pass(Duration.ofMinutes(30));
        assertThat(shift.waits(next)).isTrue();
        shift.pass(Duration.ofSeconds(10));
        assertThat(shift.shown(next).stoppedReason())
                .startsWith("Unable to place the task in time");
    }

    @Test
    void aQueueRunsSoManyAtOnceInTheOrderOfArrival() {
        shift.worker(10);
        List<TaskId> all = Shift.started(shift.run(shift.ask("gantry:queue=etl:2"), 5, null));
        assertThat(shift.place()).isEqualTo(all.subList(0, 2));
        shift.runs(all.get(0));
        shift.runs(all.get(1));
        assertThat(shift.place()).isEmpty();
        shift.stop(all.get(1));
        assertThat(shift.place()).as("not before it has stopped").isEmpty();
        shift.ends(all.get(1), 0);
        assertThat(shift.place()).containsExactly(all.get(2));
        shift.stop(all.get(3));
        shift.ends(all.get(0), 0);
        assertThat(shift.place()).containsExactly(all.get(4));
    }

    @Test
    void queuesDoNotKnowOfEachOther() {
        shift.worker(10);
        TaskId one = shift.run("gantry:queue=one");
        TaskId two = shift.run("gantry:queue=two");
        TaskId behind = shift.run("gantry:queue=one");
        assertThat(shift.place()).containsExactly(one, two);
        assertThat(shift.waits(behind)).isTrue();
    }

    @Test
    void nobodyPassesTheFirstOfAQueueEvenIfItDoesNotFit() {
        shift.worker(1);
        TaskId big =
                Shift.started(shift.run(shift.ask(BIG, "gantry:queue=etl:5"), 1, null)).getFirst();
        TaskId small = shift.run("gantry:queue=etl:5");
        assertThat(shift.place()).isEmpty();
        assertThat(shift.waits(small)).isTrue();
        shift.worker(4);
        assertThat(shift.place()).containsExactly(big, small);
    }

    @Test
    void aQueueKeepsATaskForAsLongAsItTakesUnlessItsTagSaysOtherwise() {
        shift.worker(10);
        TaskId first = shift.run("gantry:queue=etl");
        TaskId patient = shift.run("gantry:queue=etl");
        TaskId hasty = shift.run("gantry:queue=etl", WAIT);
        shift.place();
        shift.pass(Duration.ofMinutes(10));
        assertThat(shift.shown(hasty).stoppedReason())
                .isEqualTo(
                        "Unable to place the task within 10m (gantry:wait-for-capacity) because its"
                                + " turn in the queue etl did not come.");
        shift.pass(Duration.ofDays(30));
        assertThat(shift.waits(patient)).isTrue();
        shift.ends(first, 0);
        assertThat(shift.place()).containsExactly(patient);
    }

    @Test
    void aTaskOfAQueueThatTimesOutOrFailsMakesRoomAndARetryGoesToTheEnd() {
        shift.worker(10);
        TaskId slow = shift.run("gantry:queue=etl", "gantry:timeout=1m", "gantry:retries=1");
        TaskId failing = shift.run("gantry:queue=etl", "gantry:retries=1");
        TaskId last = shift.run("gantry:queue=etl");
        assertThat(shift.place()).containsExactly(slow);
        shift.runs(slow);
        shift.pass(Duration.ofMinutes(1));
        shift.ends(slow, 143);
        assertThat(shift.place()).containsExactly(failing);
        shift.runs(failing);
        shift.ends(failing, 1);
        TaskId again = retryOf(failing);
        shift.pass(Duration.ofMinutes(1));
        assertThat(shift.place()).containsExactly(last);
        shift.runs(last);
        shift.ends(last, 0);
        assertThat(shift.place()).containsExactly(again);
    }

    @Test
    void aRetryThatIsHeldBackHoldsUpNobody() {
        shift.worker(10);
        TaskId failing = shift.run("gantry:queue=etl", "gantry:retries=1");
        shift.place();
        shift.runs(failing);
        shift.ends(failing, 1);
        TaskId later = shift.run("gantry:queue=etl");
        assertThat(shift.place()).containsExactly(later);
        assertThat(shift.waits(retryOf(failing))).isTrue();
    }

    @Test
    void aTaskWithoutLeaveToWaitIsRefusedWhereThereIsNoRoom() {
        Reply reply = shift.run(shift.ask("gantry:timeout=1h"), 1, null);
        assertThat(((Reply.Started) reply).refused()).hasSize(1);
        assertThat(shift.waiting()).isEmpty();
    }
}
