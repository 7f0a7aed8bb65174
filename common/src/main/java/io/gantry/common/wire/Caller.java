package io.gantry.common.wire;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for an operation, and what the request says beside its parameters.
 *
 * @param headers gives the value of a header by its lower-case name, several joined by commas
 */
public record Caller(Identity identity, Function<String, @Nullable String> headers) {

    public @Nullable String header(String lowerCaseName) {
        return headers.apply(lowerCaseName);
    }
}
