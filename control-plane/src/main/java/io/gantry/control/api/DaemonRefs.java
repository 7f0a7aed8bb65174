package io.gantry.control.api;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds out which managed daemon, or which part of one, a request means. */
final class DaemonRefs {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

    private final Refs refs;

    DaemonRefs(ClusterState state) {
        this.refs = new Refs(Names.of(state));
    }

    /**
     * Reads {@code family}, {@code family:revision} or the full name of a daemon task definition.
     */
    Refs.DefinitionRef definition(String given) {
        return refs.definition(given, "daemon-task-definition");
    }

    /** The revision that is meant, without number the latest active one; null if there is none. */
    @Nullable ManagedDefinition definition(ClusterState state, String given) {
        Refs.DefinitionRef meant = definition(given);
        Integer revision = meant.revision();
        return revision == null
                ? state.managed()
                        .definitionsOf(meant.family())
                        .filter(ManagedDefinition::active)
                        .max(Comparator.comparing(ManagedDefinition::key))
                        .orElse(null)
                : state.managed()
                        .definitions()
                        .get(TaskDefinitionKey.ofDaemon(meant.family(), revision));
    }

    /**
     * A daemon, which need not exist: by its full name, or by its plain one if it is in the cluster
     * {@code default}.
     */
    ServiceKey daemon(String given) {
        List<String> parts = refs.parts(given, "daemon");
        if (parts.size() == 1) {
            return ServiceKey.ofDaemon(refs.clusterName(null), parts.getFirst());
        }
        if (parts.size() != 2) {
            throw ApiErrors.invalid("Invalid identifier: " + given);
        }
        return ServiceKey.ofDaemon(parts.getFirst(), parts.getLast());
    }

    /** A daemon of a cluster that is there. */
    ManagedDaemon present(ClusterState state, String given) {
        ServiceKey key = daemon(given);
        refs.cluster(state, key.cluster());
        ManagedDaemon daemon = state.managed().daemons().get(key);
        if (daemon == null) {
            throw ApiErrors.noDaemon("The specified daemon wasn't found.");
        }
        return daemon;
    }

    ManagedDeployment.Key deployment(String given) {
        List<String> parts = refs.ofService(given, "daemon-deployment");
        return new ManagedDeployment.Key(
                ServiceKey.ofDaemon(parts.getFirst(), parts.get(1)), parts.getLast());
    }

    /** Null for what cannot be one. */
    ManagedRevision.@Nullable Key revision(String given) {
        List<String> parts = refs.ofService(given, "daemon-revision");
        if (!NUMBER.matcher(parts.getLast()).matches()) {
            return null;
        }
        try {
            return new ManagedRevision.Key(
                    ServiceKey.ofDaemon(parts.getFirst(), parts.get(1)),
                    Long.parseLong(parts.getLast()));
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }
}
