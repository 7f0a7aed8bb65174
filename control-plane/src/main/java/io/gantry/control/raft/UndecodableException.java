package io.gantry.control.raft;

/**
 * Bytes of the log that this release cannot read: damaged, or written by a newer one. Whoever meets
 * them while applying must stop: better down than different.
 */
final class UndecodableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UndecodableException(String message) {
        super(message);
    }

    UndecodableException(String message, Throwable cause) {
        super(message, cause);
    }
}
