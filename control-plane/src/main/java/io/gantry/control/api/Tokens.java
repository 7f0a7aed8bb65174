package io.gantry.control.api;

import io.gantry.control.core.state.Token;
import org.jspecify.annotations.Nullable;

/** Client tokens, by which a request that is sent twice acts once. */
final class Tokens {

    private Tokens() {}

    /** The token of a request, unique in its operation and cluster; null if it has none. */
    static @Nullable Token of(
            String operation, String cluster, @Nullable String given, int longest) {
        if (given == null || given.isEmpty()) {
            return null;
        }
        if (given.length() > longest || given.chars().anyMatch(c -> c < 33 || c > 126)) {
            throw ApiErrors.invalid(
                    "clientToken can have up to "
                            + longest
                            + " characters with ASCII codes from 33 to 126.");
        }
        return new Token(operation + '/' + cluster, given);
    }
}
