package io.gantry.control.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.WorkerId;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.log.Replica;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;

/** A daemon service and the loop that serves it, from machine to machine and leader to leader. */
class FleetTest {
    private final World world = new World();
    private ServiceLoop loop = loop();

    private ServiceLoop loop() {
        return new ServiceLoop(world.log, world.log, world.time, world.ids, world.random);
    }

    /** Forwards to whoever leads. */
    private final class Notices implements Replica.Listener {
        @Override
        public void applied(ClusterState state, Touched touched) {
            loop.touched(touched);
        }

        @Override
        public void restored(ClusterState state) {
            loop.touchedAll();
        }
    }

    @BeforeEach
    void begin() {
        world.log.addListener(new Notices());
        loop.start();
        world.log.apply(
                new Command.CreateService(
                        World.WEB,
                        Service.builder()
                                .serviceName(World.WEB.name())
                                .schedulingStrategy(SchedulingStrategy.DAEMON)
                                .deploymentConfiguration(
                                        each -> each.maximumPercent(100).minimumHealthyPercent(0))
                                .build(),
                        0,
                        List.of(),
                        world.definition,
                        world.ids.deployment(),
                        null,
                        ""));
        rest();
    }

    private void rest() {
        world.time.advance(Duration.ofMillis(100));
    }

    private WorkerId join() {
        WorkerId worker = world.worker();
        world.connect(worker);
        rest();
        return worker;
    }

    private List<Task> on(WorkerId worker) {
        return world.log.state().aliveOn(worker).filter(Task::wanted).toList();
    }

    private void obey() {
        world.log
                .state()
                .aliveOf(World.WEB)
                .toList()
                .forEach(
                        task ->
                                world.observe(
                                        task.id(),
                                        task.wanted() ? Status.RUNNING : Status.STOPPED));
        rest();
    }

    @Test
    void aMachineHasItsTaskAsSoonAsItConnects() {
        assertThat(on(join())).hasSize(1);
        assertThat(on(join())).hasSize(1);
        assertThat(world.log.state().aliveOf(World.WEB)).hasSize(2);
    }

    @Test
    void anotherLeaderGoesOnInTheMiddleOfAnUpdate() {
        List<WorkerId> workers = List.of(join(), join());
        obey();
        var service = Check.present(world.log.state().services().get(World.WEB), World.WEB);
        world.log.apply(
                new Command.UpdateService(
                        World.WEB,
                        service.version(),
                        service.spec(),
                        2,
                        world.definition,
                        world.ids.deployment()));
        rest();
        assertThat(workers).allMatch(worker -> on(worker).isEmpty());
        loop.stop();
        loop = loop();
        loop.start();
        obey();
        assertThat(workers).allMatch(worker -> on(worker).size() == 1);
    }

    @Test
    void aMachineThatDrainsLosesItsTaskWhenTheOthersAreGone() {
        WorkerId worker = join();
        obey();
        var job = world.run(worker);
        world.log.apply(new Command.SetWorkerStatus(List.of(worker), Worker.Status.DRAINING));
        rest();
        assertThat(on(worker)).hasSize(2);
        world.observe(job, Status.STOPPED);
        rest();
        assertThat(on(worker)).isEmpty();
    }
}
