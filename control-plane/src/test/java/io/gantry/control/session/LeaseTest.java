package io.gantry.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.AcsMessage.GantryHeartbeatMessage;
import io.gantry.common.acs.AcsMessage.GantryLeaseMessage;
import io.gantry.common.acs.AcsMessage.PayloadMessage;
import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a node renews the lease of a worker, and when it does not. */
class LeaseTest {
    private final World world = new World();
    private final Sessions sessions =
            new Sessions(world.log, world.log, world.live, world.time, world.time, "n1");
    private final WorkerId worker = world.ids.worker();
    private final List<AcsMessage> received = new ArrayList<>();
    private boolean closed;

    LeaseTest() {
        world.log.apply(
                new Command.RegisterWorker(
                        worker,
                        false,
                        World.CLUSTER,
                        Map.of(GantryLeaseMessage.CAPABILITY, ""),
                        List.of(),
                        new Resources(4096, 4096),
                        List.of(),
                        null,
                        List.of()));
        sessions.start();
    }

    private WorkerSession open() {
        closed = false;
        var agent =
                new Outbound() {
                    @Override
                    public void send(AcsMessage message) {
                        received.add(message);
                    }

                    @Override
                    public boolean writable() {
                        return true;
                    }

                    @Override
                    public void close(String reason) {
                        closed = true;
                    }
                };
        WorkerSession session = sessions.open(worker, world.connect(worker), agent);
        world.time.settle();
        return session;
    }

    private List<Long> leases() {
        return received.stream()
                .filter(GantryLeaseMessage.class::isInstance)
                .map(message -> ((GantryLeaseMessage) message).number())
                .toList();
    }

    private void beat(WorkerSession session, long number) {
        session.received(new GantryHeartbeatMessage(number));
        world.time.advance(Duration.ofMillis(100));
    }

    private Worker row() {
        return Check.present(world.log.state().workers().get(worker), worker);
    }

    @Test
    void heartbeatsAreAnsweredOnceTheNodeHasCaughtUp() {
        WorkerSession session = open();
        assertThat(leases()).containsExactly(0L);
        beat(session, 1);
        beat(session, 2);
        assertThat(leases()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aNodeThatIsCutOffRenewsNothing() {
        WorkerSession session = open();
        world.log.fail(true);
        beat(session, 1);
        assertThat(leases()).containsExactly(0L);
        world.log.fail(false);
        beat(session, 2);
        assertThat(leases()).containsExactly(0L, 2L);
    }

    @Test
    void aSessionThatTheClusterHasEndedRenewsNothing() {
        WorkerSession session = open();
        world.log.apply(new Command.DisconnectWorker(worker, session.number()));
        session.received(new GantryHeartbeatMessage(1));
        world.time.settle();
        assertThat(leases()).containsExactly(0L);
        assertThat(closed).isTrue();
    }

    @Test
    void aSessionThatAnotherOneHasReplacedRenewsNothing() {
        WorkerSession session = open();
        world.connect(worker);
        session.received(new GantryHeartbeatMessage(1));
        world.time.settle();
        assertThat(leases()).containsExactly(0L);
    }

    @Test
    void anAgentThatSendsNoHeartbeatsIsDisconnectedAfterTheTimeOfThePolicy() {
        WorkerSession session = open();
        for (int second = 0; second < 60; second++) {
            beat(session, second + 1);
            world.time.advance(Duration.ofMillis(900));
        }
        assertThat(closed).isFalse();
        world.time.advance(Duration.ofSeconds(14));
        assertThat(closed).isFalse();
        world.time.advance(Duration.ofSeconds(3));
        assertThat(closed).isTrue();
        assertThat(row().connected()).isFalse();
        assertThat(row().silentMillis()).isBetween(15_000L, 17_000L);
    }

    @Test
    void tasksOfServicesAreToldTheirLeasesAndOthersHaveNone() {
        open();
        world.service(1);
        Service service = Check.present(world.log.state().services().get(World.WEB), "service");
        world.log.apply(
                Check.present(
                        Reconciler.next(world.log.state(), service, world.ids, world.random),
                        "plan"));
        world.run(worker);
        world.time.settle();
        assertThat(received)
                .filteredOn(PayloadMessage.class::isInstance)
                .flatExtracting(message -> ((PayloadMessage) message).tasks())
                .extracting(task -> task.leaseMillis())
                .containsExactlyInAnyOrder(54_000L, null);
    }
}
