package io.gantry.control.api;

import io.gantry.common.wire.Caller;
import io.gantry.control.core.state.Token;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** Client tokens, by which a request that is sent twice acts once. */
final class Tokens {

    private static final String INVOCATION = "amz-sdk-invocation-id";
    private static final int LONGEST_ID = 128;

    private Tokens() {}

    /**
     * The name of a call that SDKs give the same id whenever they send it again; null if the
     * request tells none that is of any use.
     */
    static @Nullable Token ofCall(String operation, Caller caller, SdkPojo request) {
        String id = caller.header(INVOCATION);
        if (id == null
                || id.isEmpty()
                || id.length() > LONGEST_ID
                || id.chars().anyMatch(c -> c < 33 || c > 126)) {
            return null;
        }
        // Whoever gives two calls one id means two calls, as long as they differ.
        return new Token(
                "call/" + operation + '/' + caller.identity().accessKey(),
                id + '/' + JsonForm.fingerprint(request));
    }

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
