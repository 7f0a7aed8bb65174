package io.gantry.worker.endpoints;

import java.util.Map;

/**
 * What somebody asks.
 *
 * @param path without the query
 * @param query as sent, without the question mark; may be empty
 * @param parameters of the query, decoded
 * @param client the address of whoever asks
 * @param forwarded whether another worker of this machine passes it on
 */
record Request(
        String method,
        String path,
        String query,
        Map<String, String> parameters,
        String client,
        String body,
        boolean forwarded) {
    Request {
        parameters = Map.copyOf(parameters);
    }

    /** A part of the path, counted from 0; empty if there are not as many. */
    String segment(int index) {
        String[] segments = path.split("/", -1);
        return index + 1 < segments.length ? segments[index + 1] : "";
    }

    /** The number of segments; an empty one after a final slash counts. */
    int segments() {
        return path.split("/", -1).length - 1;
    }

    /** The rest of the path from a segment on. */
    String rest(int index) {
        String[] segments = path.split("/", index + 2);
        return index + 1 < segments.length ? segments[index + 1] : "";
    }
}
