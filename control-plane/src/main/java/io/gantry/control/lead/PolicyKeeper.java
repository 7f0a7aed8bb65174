package io.gantry.control.lead;

import io.gantry.control.core.command.Command.SetPolicy;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Policy;
import io.gantry.control.log.CommandLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the installation does what this node was configured to do, as long as it leads.
 * Where nodes were configured differently, the policy changes with the leader.
 */
public final class PolicyKeeper {
    private static final Logger log = LoggerFactory.getLogger(PolicyKeeper.class);

    private final CommandLog commands;
    private final Policy configured;

    public PolicyKeeper(CommandLog commands, Policy configured) {
        this.commands = commands;
        this.configured = configured;
    }

    void proposeIfOther(ClusterState state) {
        if (state.policy().equals(configured)) {
            return;
        }
        log.atInfo()
                .addKeyValue("before", state.policy())
                .addKeyValue("now", configured)
                .log("the policy of the installation changes");
        // If the log does not take it, the leader asks again.
        var _ = commands.submit(new SetPolicy(configured));
    }
}
