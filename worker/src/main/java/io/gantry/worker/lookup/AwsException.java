package io.gantry.worker.lookup;

import java.io.IOException;

/** A service has refused. The message is the code of the error and what the service says of it. */
final class AwsException extends IOException {
    private final int status;
    private final String code;

    AwsException(int status, String code, String message) {
        super("%s: %s, status code: %d".formatted(code, message, status));
        this.status = status;
        this.code = code;
    }

    boolean isTemporary() {
        return status >= 500
                || status == 429
                || code.contains("Throttl")
                || code.equals("SlowDown");
    }
}
