package io.gantry.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.VirtualTime;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Drain;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Worker;
import io.gantry.control.log.LocalLog;
import io.gantry.control.operator.OperatorRefused;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.Cluster;
import tools.jackson.databind.node.JsonNodeFactory;

class DrainWorkerTest {
    private final LocalLog log = new LocalLog(new VirtualTime());
    private final DrainWorker call = new DrainWorker(log);
    private final WorkerId id = new WorkerId(1, 1);

    @BeforeEach
    void begin() {
        submit(new Command.CreateCluster(Cluster.builder().clusterName("demo").build()));
        submit(
                new Command.RegisterWorker(
                        id,
                        false,
                        "demo",
                        Map.of(),
                        List.of(),
                        new Resources(1024, 1024),
                        List.of(),
                        null,
                        List.of()));
    }

    private void submit(Command command) {
        var _ = log.submit(command).join();
    }

    private void drain(String worker, String deadline, String pace) {
        var _ =
                call.answer(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("worker", worker)
                                .put("deadline", deadline)
                                .put("pace", pace));
    }

    @Test
    void theMachineDrainsAsItIsTold() {
        drain(id.toString(), "10m", "2/30s");
        Worker worker = Check.present(log.state().workers().get(id), id);
        assertThat(worker.status()).isEqualTo(Worker.Status.DRAINING);
        long now = log.state().nowMillis();
        assertThat(worker.drain()).isEqualTo(new Drain(now, now + 600_000, new Rate(2, 30_000), 0));
    }

    @Test
    void withoutDeadlineAndPaceItDrainsAsInEcs() {
        drain(id.toString(), "", "");
        Worker worker = Check.present(log.state().workers().get(id), id);
        assertThat(worker.drain()).isEqualTo(new Drain(log.state().nowMillis(), 0, null, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "x,10m,1/1s,worker",
        "ID,10d,1/1s,deadline",
        "ID,200h,1/1s,deadline",
        "ID,1m,0/1s,pace",
        "ID,1m,1/25h,pace",
        "ID,1m,fast,pace"
    })
    void whatCannotBeIsRefused(String worker, String deadline, String pace, String named) {
        assertThatThrownBy(() -> drain(worker.replace("ID", id.toString()), deadline, pace))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("'" + named + "'");
    }
}
