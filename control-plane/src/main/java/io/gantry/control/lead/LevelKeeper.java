package io.gantry.control.lead;

import io.gantry.control.core.command.Command.RaiseLevel;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.log.CommandLog;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises the feature level of the installation once all nodes run a release that knows more. A node
 * that is away keeps it where it is: it may come back with the release that it had.
 */
public final class LevelKeeper {
    private static final Logger log = LoggerFactory.getLogger(LevelKeeper.class);

    private final CommandLog commands;
    private final int known;
    private final Supplier<CompletableFuture<Integer>> common;

    /**
     * With the way to ask all nodes.
     *
     * @param known the highest level that this node knows
     * @param common the highest level that all nodes know, if all of them answer
     */
    public LevelKeeper(
            CommandLog commands, int known, Supplier<CompletableFuture<Integer>> common) {
        this.commands = commands;
        this.known = known;
        this.common = common;
    }

    void raiseIfAllKnowMore(ClusterState state) {
        if (known <= state.level()) {
            return;
        }
        // Without an answer of all, or if the log does not take it, the leader asks again.
        var _ =
                common.get()
                        .thenAccept(
                                level -> {
                                    if (level > state.level()) {
                                        log.atInfo()
                                                .addKeyValue("before", state.level())
                                                .addKeyValue("now", level)
                                                .log("all nodes know a higher feature level");
                                        var _ = commands.submit(new RaiseLevel(level));
                                    }
                                });
    }
}
