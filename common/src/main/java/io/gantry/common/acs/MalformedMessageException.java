package io.gantry.common.acs;

/** A frame that is not what the agent protocol allows; the connection may go on without it. */
public final class MalformedMessageException extends RuntimeException {

    MalformedMessageException(String message, Throwable cause) {
        super(message, cause);
    }

    MalformedMessageException(String message) {
        super(message);
    }
}
