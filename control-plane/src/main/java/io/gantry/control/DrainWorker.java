package io.gantry.control;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Drain;
import io.gantry.control.core.state.Rate;
import io.gantry.control.log.CommandLog;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.operator.OperatorRefused;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Empties a machine, which the request names by its id ({@code worker}). It may say when whatever
 * still runs there is stopped ({@code deadline}, such as 10m), and how many tasks of services are
 * moved in which time ({@code pace}, such as 1/30s).
 */
record DrainWorker(CommandLog commands) implements OperatorCall {

    @Override
    public JsonNode answer(JsonNode request) {
        String id = request.path("worker").asString("");
        if (!WorkerId.matches(id)) {
            throw OperatorRefused.invalid("'worker' must be the id of a container instance.");
        }
        String deadline = request.path("deadline").asString("");
        Long millis = deadline.isEmpty() ? Long.valueOf(0) : Drain.parseDeadline(deadline);
        if (millis == null) {
            throw OperatorRefused.invalid(
                    "'deadline' must be a time from 1s to 168h such as 90s, 10m or 2h.");
        }
        String text = request.path("pace").asString("");
        Rate pace = text.isEmpty() ? null : Rate.parse(text);
        if (pace == null && !text.isEmpty()) {
            throw OperatorRefused.invalid("'pace' must be " + Rate.FORM + '.');
        }
        new SubmittedCall(commands)
                .accept(new Command.DrainWorker(WorkerId.parse(id), millis, pace));
        return JsonNodeFactory.instance.objectNode();
    }
}
