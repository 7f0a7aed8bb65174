package io.gantry.worker.journal;

/** The worker cannot go on with this data directory. The message says what to do about it. */
public final class JournalException extends RuntimeException {

    JournalException(String message, Throwable cause) {
        super(message, cause);
    }

    JournalException(String message) {
        super(message);
    }
}
