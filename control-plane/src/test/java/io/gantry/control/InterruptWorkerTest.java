package io.gantry.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.Worker;
import io.gantry.control.operator.OperatorRefused;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class InterruptWorkerTest {
    private final World world = new World();
    private final InterruptWorker call = new InterruptWorker(world.log);

    private static JsonNode request(String worker, int seconds) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("worker", worker)
                .put("noticeSeconds", seconds);
    }

    @Test
    void theMachineDrainsAndItsTasksHaveTwoMinutesUnlessToldOtherwise() {
        WorkerId id = world.worker();
        JsonNode reply =
                call.answer(JsonNodeFactory.instance.objectNode().put("worker", id.toString()));
        assertThat(reply.path("noticeSeconds").asInt()).isEqualTo(120);
        Worker worker = Check.present(world.log.state().workers().get(id), id);
        assertThat(worker.status()).isEqualTo(Worker.Status.DRAINING);
        assertThat(worker.interruptAtMillis() - world.log.state().nowMillis()).isEqualTo(120_000);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> call.answer(request("x", 1)))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("'worker'");
        assertThatThrownBy(() -> call.answer(request("0".repeat(32), 1)))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("does not exist");
        String id = world.worker().toString();
        assertThatThrownBy(() -> call.answer(request(id, -1)))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("noticeSeconds");
    }

    @Test
    void withoutQuorumItIsWorthAnotherTry() {
        String id = world.worker().toString();
        world.log.fail(true);
        assertThatThrownBy(() -> call.answer(request(id, 1))).isInstanceOf(OperatorRefused.class);
    }
}
