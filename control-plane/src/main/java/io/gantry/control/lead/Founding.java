package io.gantry.control.lead;

import io.gantry.control.core.command.Command.FoundRealm;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Realm;
import io.gantry.control.log.CommandLog;
import java.util.function.Supplier;

/** Founds the installation when a leader finds that nobody has yet. */
public final class Founding {
    private final CommandLog commands;
    private final Supplier<Realm> realm;

    /**
     * @param realm what this node would have the installation be; asked only if it is new
     */
    public Founding(CommandLog commands, Supplier<Realm> realm) {
        this.commands = commands;
        this.realm = realm;
    }

    void foundIfNew(ClusterState state) {
        if (state.realm() == null) {
            // If the log does not take it, the leader asks again.
            var _ = commands.submit(new FoundRealm(realm.get()));
        }
    }
}
