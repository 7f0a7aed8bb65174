package io.gantry.control;

import io.gantry.control.log.LogUnavailable;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.operator.OperatorRefused;
import io.gantry.control.raft.RaftNode;
import java.util.concurrent.CompletionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Hands leadership to the node that is named. */
record TransferLeadership(RaftNode raft) implements OperatorCall {

    @Override
    public JsonNode answer(JsonNode request) {
        String to = request.path("to").asString("");
        if (to.isEmpty()) {
            throw OperatorRefused.invalid("to: which node shall lead?");
        }
        try {
            raft.transferLeadership(to).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof LogUnavailable refused
                    ? OperatorRefused.conflict(String.valueOf(refused.getMessage()))
                    : failed;
        }
        return JsonNodeFactory.instance.objectNode().put("leader", to);
    }
}
