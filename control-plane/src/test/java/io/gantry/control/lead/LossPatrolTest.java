package io.gantry.control.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a leader gives up silent workers, with clocks that jump, pauses and outages. */
class LossPatrolTest {
    private final World world = new World();
    private long aheadMillis;
    private long aheadNanos;
    private final Clock clock =
            new Clock() {
                @Override
                public long nowMillis() {
                    return world.time.nowMillis() + aheadMillis;
                }

                @Override
                public long nanoTime() {
                    return world.time.nanoTime() + aheadNanos;
                }
            };
    private final LossPatrol patrol = new LossPatrol(world.log, world.log, clock, world.time);

    private WorkerId worker() {
        WorkerId id = world.ids.worker();
        world.log.apply(
                new Command.RegisterWorker(
                        id,
                        false,
                        World.CLUSTER,
                        Map.of("gantry.capability.lease", ""),
                        List.of(),
                        new Resources(4096, 4096),
                        List.of(),
                        null,
                        List.of()));
        world.connect(id);
        return id;
    }

    private List<WorkerId> workers(int count) {
        var all = new ArrayList<WorkerId>();
        for (int i = 0; i < count; i++) {
            all.add(worker());
        }
        return all;
    }

    private void silence(WorkerId worker, long silentMillis) {
        world.log.apply(new Command.DisconnectWorker(worker, row(worker).session(), silentMillis));
    }

    private Worker row(WorkerId id) {
        Worker row = world.log.state().workers().get(id);
        assertThat(row).isNotNull();
        return java.util.Objects.requireNonNull(row);
    }

    private long lost() {
        return world.log.state().workers().values().filter(Worker::lost).count();
    }

    private void pass(int seconds) {
        world.time.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void aWorkerIsLostAMinuteAfterItWasHeardLast() {
        List<WorkerId> all = workers(4);
        patrol.start();
        pass(5);
        silence(all.getFirst(), 15_000);
        pass(44);
        assertThat(lost()).isZero();
        pass(4);
        assertThat(row(all.getFirst()).lost()).isTrue();
        assertThat(lost()).isEqualTo(1);
    }

    @Test
    void aNewLeaderGivesEverybodyTheFullTime() {
        List<WorkerId> all = workers(4);
        silence(all.getFirst(), 15_000);
        patrol.start();
        pass(50);
        patrol.start();
        pass(59);
        assertThat(lost()).isZero();
        pass(4);
        assertThat(lost()).isEqualTo(1);
    }

    @Test
    void aClockThatIsSetAheadMakesNobodyLost() {
        List<WorkerId> all = workers(4);
        patrol.start();
        pass(2);
        silence(all.getFirst(), 0);
        pass(2);
        aheadMillis = Duration.ofHours(5).toMillis();
        pass(50);
        assertThat(lost()).isZero();
        pass(15);
        assertThat(lost()).isEqualTo(1);
    }

    @Test
    void thePauseOfALeaderMakesNobodyLost() {
        List<WorkerId> all = workers(4);
        patrol.start();
        pass(2);
        silence(all.getFirst(), 0);
        pass(2);
        aheadNanos = Duration.ofHours(5).toNanos();
        pass(50);
        assertThat(lost()).isZero();
    }

    @Test
    void anOutageOfTheQuorumDelaysWhatIsDeclared() {
        List<WorkerId> all = workers(4);
        patrol.start();
        pass(2);
        silence(all.getFirst(), 0);
        world.log.fail(true);
        pass(120);
        assertThat(lost()).isZero();
        world.log.fail(false);
        pass(3);
        assertThat(lost()).isEqualTo(1);
    }

    @Test
    void aWorkerThatIsBackBeginsAnew() {
        List<WorkerId> all = workers(4);
        patrol.start();
        pass(2);
        silence(all.getFirst(), 0);
        pass(50);
        world.connect(all.getFirst());
        silence(all.getFirst(), 0);
        pass(50);
        assertThat(lost()).isZero();
    }

    @Test
    void ofManySilentWorkersOnlyAFewGoAMinute() {
        List<WorkerId> all = workers(20);
        patrol.start();
        pass(2);
        all.subList(0, 10).forEach(each -> silence(each, 0));
        pass(65);
        assertThat(lost()).as("a tenth a minute").isEqualTo(2);
        pass(60);
        assertThat(lost()).isEqualTo(4);
        all.subList(5, 10).forEach(world::connect);
        pass(120);
        assertThat(lost()).as("few enough are silent now").isEqualTo(5);
    }

    @Test
    void aFewSilentWorkersGoAtOnce() {
        List<WorkerId> all = workers(20);
        patrol.start();
        pass(2);
        all.subList(0, 6).forEach(each -> silence(each, 0));
        pass(65);
        assertThat(lost()).isEqualTo(6);
    }

    @Test
    void whoDoesNotLeadDeclaresNothing() {
        List<WorkerId> all = workers(4);
        patrol.start();
        pass(2);
        silence(all.getFirst(), 0);
        patrol.stop();
        pass(120);
        assertThat(lost()).isZero();
    }
}
