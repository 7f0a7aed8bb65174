package io.gantry.control.stream;

import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.model.WorkerId;

/**
 * Tells a worker something over whichever node holds its connection. Nothing comes back: who
 * expects an answer waits for it for a limited time.
 */
@FunctionalInterface
public interface Messenger {

    /**
     * Blocks shortly; false if the worker is not connected here and other nodes are out of reach.
     */
    boolean tell(WorkerId worker, GantryStreamMessage message);
}
