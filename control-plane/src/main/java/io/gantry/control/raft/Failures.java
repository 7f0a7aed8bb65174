package io.gantry.control.raft;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.ratis.protocol.exceptions.AlreadyClosedException;
import org.apache.ratis.protocol.exceptions.RaftException;

/** What is behind an exception. */
final class Failures {

    private Failures() {}

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapped =
                failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapped && cause != null ? unwrap(cause) : failure;
    }

    /** Whether the connection is to blame, as against an answer of the other node. */
    static boolean ofConnection(Throwable failure) {
        return failure instanceof IOException
                && (!(failure instanceof RaftException)
                        || failure instanceof AlreadyClosedException);
    }
}
