package io.gantry.control.api;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command.DaemonSpec;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.ManagedDeployment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DaemonAlarmConfiguration;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DaemonPropagateTags;

/**
 * What a managed daemon may be configured to.
 *
 * <p>ECS knows managed daemons for providers of Managed Instances only. Here any capacity provider
 * that the cluster has will do: one that users made, or FARGATE or FARGATE_SPOT, whose machines are
 * those that serve such tasks. As in capacity provider strategies the two kinds do not mix.
 */
final class ManagedDaemonRules {
    private static final int MOST_BAKE_MINUTES = 1_440;
    private static final int MOST_PERCENT = 100;

    private ManagedDaemonRules() {}

    /** What both CreateDaemon and UpdateDaemon say; what they leave out has its default. */
    record Given(
            String definition,
            List<String> providers,
            @Nullable DaemonPropagateTags propagateTags,
            @Nullable Boolean managedTags,
            @Nullable Boolean executeCommand,
            @Nullable DaemonDeploymentConfiguration configuration) {}

    static DaemonSpec spec(ClusterState state, Cluster cluster, Given given) {
        ManagedDefinition definition = new DaemonRefs(state).definition(state, given.definition());
        if (definition == null) {
            throw ApiErrors.client("DaemonTaskDefinition not found.");
        }
        if (!definition.active()) {
            throw ApiErrors.client("DaemonTaskDefinition is inactive");
        }
        if (given.propagateTags() == DaemonPropagateTags.UNKNOWN_TO_SDK_VERSION) {
            throw ApiErrors.invalid("propagateTags must be DAEMON or NONE.");
        }
        return new DaemonSpec(
                definition.key(),
                providers(state, cluster, given.providers()),
                given.propagateTags() == DaemonPropagateTags.DAEMON,
                Boolean.TRUE.equals(given.managedTags()),
                Boolean.TRUE.equals(given.executeCommand()),
                configuration(given.configuration()));
    }

    private static List<String> providers(ClusterState state, Cluster cluster, List<String> given) {
        if (given.isEmpty()) {
            throw ApiErrors.invalid("capacityProviderArns cannot be empty.");
        }
        var refs = new Refs(Names.of(state));
        List<String> names = given.stream().map(refs::capacityProvider).distinct().toList();
        for (String name : names) {
            CapacityProvider row = state.capacityProviders().get(name);
            if (!Capacity.isFargate(name) && (row == null || !row.active())) {
                throw ApiErrors.invalid(
                        "The specified capacity provider '"
                                + name
                                + "' was not found. Specify a valid capacity provider and try"
                                + " again.");
            }
            if (!cluster.spec().capacityProviders().contains(name)) {
                throw ApiErrors.invalid(
                        "The specified capacity provider '"
                                + name
                                + "' is not associated with the cluster. Associate the capacity"
                                + " provider with the cluster and try again.");
            }
        }
        if (names.stream().map(Capacity::isFargate).distinct().count() > 1) {
            throw ApiErrors.invalid(
                    "A daemon cannot have capacity providers of both Fargate and other kinds.");
        }
        return names;
    }

    private static DaemonDeploymentConfiguration configuration(
            @Nullable DaemonDeploymentConfiguration given) {
        var configuration = given == null ? DaemonDeploymentConfiguration.builder().build() : given;
        DaemonAlarmConfiguration alarms = configuration.alarms();
        if (alarms != null
                && (Boolean.TRUE.equals(alarms.enable()) || !alarms.alarmNames().isEmpty())) {
            throw Members.unsupported("deploymentConfiguration.alarms", ApiErrors::invalid);
        }
        Double percent = configuration.drainPercent();
        if (percent != null && !(percent >= 0 && percent <= MOST_PERCENT)) {
            throw ApiErrors.invalid("drainPercent must be between 0.0 and 100.0.");
        }
        Integer minutes = configuration.bakeTimeInMinutes();
        if (minutes != null && (minutes < 0 || minutes > MOST_BAKE_MINUTES)) {
            throw ApiErrors.invalid(
                    "bakeTimeInMinutes must be between 0 and " + MOST_BAKE_MINUTES + ".");
        }
        return DaemonDeploymentConfiguration.builder()
                .drainPercent(percent == null ? ManagedDeployment.DRAIN_PERCENT : percent)
                .bakeTimeInMinutes(minutes == null ? 0 : minutes)
                .alarms(alarms)
                .build();
    }
}
