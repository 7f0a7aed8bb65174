package io.gantry.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.VirtualTime;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Worker;
import io.gantry.control.log.LocalLog;
import io.gantry.control.operator.OperatorRefused;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Cluster;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class InterruptWorkerTest {
    private final VirtualTime time = new VirtualTime();
    private final LocalLog log = new LocalLog(time);
    private final InterruptWorker call = new InterruptWorker(log);
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

    private static JsonNode request(String worker, int seconds) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("worker", worker)
                .put("noticeSeconds", seconds);
    }

    @Test
    void theMachineDrainsAndItsTasksHaveTwoMinutesUnlessToldOtherwise() {
        JsonNode reply =
                call.answer(JsonNodeFactory.instance.objectNode().put("worker", id.toString()));
        assertThat(reply.path("noticeSeconds").asInt()).isEqualTo(120);
        Worker worker = Check.present(log.state().workers().get(id), id);
        assertThat(worker.status()).isEqualTo(Worker.Status.DRAINING);
        assertThat(worker.interruptAtMillis() - log.state().nowMillis()).isEqualTo(120_000);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> call.answer(request("x", 1)))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("'worker'");
        assertThatThrownBy(() -> call.answer(request("0".repeat(32), 1)))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> call.answer(request(id.toString(), -1)))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("noticeSeconds");
    }
}
