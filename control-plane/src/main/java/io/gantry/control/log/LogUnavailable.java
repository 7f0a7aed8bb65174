package io.gantry.control.log;

/** There is no quorum right now, or this node is closing. Worth another try later. */
public final class LogUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LogUnavailable(String message) {
        super(message);
    }

    /**
     * That too few nodes can be reached, and what to do about it.
     *
     * @param detail what was seen of it here
     */
    public static LogUnavailable noQuorum(String detail) {
        return new LogUnavailable(
                "there is no quorum (%s): start the nodes that are down, or connect them again, until a majority of all nodes can reach each other; \"gantry status\" shows them"
                        .formatted(detail));
    }

    /** What a client is told. */
    public String sentence() {
        return "The control plane cannot serve this now: %s. Please try again."
                .formatted(getMessage());
    }

    public LogUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
