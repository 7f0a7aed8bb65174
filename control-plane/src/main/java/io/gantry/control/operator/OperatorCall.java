package io.gantry.control.operator;

import tools.jackson.databind.JsonNode;

/** One thing that an operator can ask. Called on a virtual thread; may wait. */
public interface OperatorCall {
    /**
     * Does what is asked.
     *
     * @throws OperatorRefused if it is not done, with what the operator should know
     */
    JsonNode answer(JsonNode request);
}
