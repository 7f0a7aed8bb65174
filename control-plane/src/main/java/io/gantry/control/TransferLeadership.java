package io.gantry.control;

import io.gantry.common.time.Clock;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.operator.OperatorRefused;
import io.gantry.control.raft.Handover;
import io.gantry.control.raft.MembershipRefused;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Makes another node the leader, asked of the one that leads. The request may name it ({@code to});
 * the answer tells who leads now ({@code leader}) and how long that took ({@code millis}).
 */
record TransferLeadership(Handover handover, Clock clock) implements OperatorCall {

    @Override
    public JsonNode answer(JsonNode request) {
        String to = request.path("to").asString("");
        long began = clock.nanoTime();
        try {
            String leader = handover.transfer(to.isEmpty() ? null : to);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("leader", leader)
                    .put("millis", TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - began));
        } catch (MembershipRefused refused) {
            throw OperatorRefused.conflict(refused.getMessage() + ".");
        }
    }
}
