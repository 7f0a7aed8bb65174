package io.gantry.control.log;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import java.util.concurrent.CompletableFuture;

/** Where commands are proposed, on any node. Many commands may share one entry of the log. */
public interface CommandLog {

    /**
     * Proposes a command. The future completes once it is committed and applied on the leader, or
     * exceptionally with {@link LogUnavailable} when no quorum was found within the bound, in which
     * case the command may or may not take effect later.
     */
    CompletableFuture<Committed> submit(Command command);

    /**
     * A command that is committed.
     *
     * @param index of the entry that held it
     */
    record Committed(long index, Reply reply) {}
}
