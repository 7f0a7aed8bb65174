package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import tools.jackson.databind.JsonNode;

/**
 * What is answered.
 *
 * @param stranger whether the id in the request is not one of this worker's
 */
record Reply(int status, String contentType, String body, boolean stranger) {
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    static Reply json(int status, JsonNode body) {
        return new Reply(status, JSON, AcsJson.mapper().writeValueAsString(body), false);
    }

    /** Errors of task metadata are a bare string. */
    static Reply message(int status, String text) {
        return new Reply(status, JSON, AcsJson.mapper().writeValueAsString(text), false);
    }

    static Reply text(int status, String text) {
        return new Reply(status, TEXT, text, false);
    }

    /** In the words of the library that Amazon's agent serves with. */
    static Reply notFound() {
        return text(404, "404 page not found\n");
    }

    Reply fromStranger() {
        return new Reply(status, contentType, body, true);
    }
}
