package io.gantry.worker.runtime;

/** A failure that goes by a name of its own, such as DockerTimeoutError, whatever it disturbed. */
public final class NamedFailureException extends RuntimeException {

    /**
     * A failure.
     *
     * @param name as Amazon's agent calls it; the message begins with it
     */
    public NamedFailureException(String name, String message) {
        super(name + ": " + message);
    }

    /** A failure with its cause. */
    public NamedFailureException(String name, String message, Throwable cause) {
        super(name + ": " + message, cause);
    }
}
