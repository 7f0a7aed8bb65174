package io.gantry.control;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.log.CommandLog;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.operator.OperatorRefused;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Takes back the capacity of a machine, as AWS does with spot capacity: the request names it by its
 * id ({@code worker}) and may say how long its tasks go on ({@code noticeSeconds}, 0 to 86,400; 120
 * otherwise).
 */
record InterruptWorker(CommandLog commands) implements OperatorCall {
    private static final int NOTICE_SECONDS = 120;
    private static final int LONGEST_NOTICE_SECONDS = 86_400;

    @Override
    public JsonNode answer(JsonNode request) {
        String id = request.path("worker").asString("");
        int seconds = request.path("noticeSeconds").asInt(NOTICE_SECONDS);
        if (!WorkerId.matches(id)) {
            throw OperatorRefused.invalid("'worker' must be the id of a container instance.");
        }
        if (seconds < 0 || seconds > LONGEST_NOTICE_SECONDS) {
            throw OperatorRefused.invalid("'noticeSeconds' must be between 0 and 86400.");
        }
        var command =
                new Command.InterruptWorker(WorkerId.parse(id), TimeUnit.SECONDS.toMillis(seconds));
        new SubmittedCall(commands).accept(command);
        return JsonNodeFactory.instance.objectNode().put("noticeSeconds", seconds);
    }
}
