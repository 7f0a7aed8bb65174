package io.gantry.common.wire;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came off the wire.
 *
 * @param path as received, still percent-encoded
 * @param query as received, without the question mark
 * @param headers gives the value of a header by its lower-case name, several joined by commas
 * @param body as received, still compressed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and too large to copy
public record HttpRequest(
        String method,
        String path,
        @Nullable String query,
        Function<String, @Nullable String> headers,
        byte[] body) {

    public @Nullable String header(String lowerCaseName) {
        return headers.apply(lowerCaseName);
    }
}
