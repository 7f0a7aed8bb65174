package io.gantry.control.operator;

import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.databind.JsonNode;

/** Something that an operator can fetch and that is too large to be answered in one piece. */
public interface OperatorDownload {

    /**
     * Makes ready what is asked for. Called on a virtual thread; may wait.
     *
     * @throws OperatorRefused if there is nothing to fetch, with what the operator should know
     */
    Content open(JsonNode request);

    /** What is fetched. */
    interface Content {
        /**
         * Writes all of it, which blocks while the other end is slow.
         *
         * @throws IOException if it could not be written to its end: what was sent is void
         */
        void writeTo(OutputStream out) throws IOException;
    }
}
