package io.gantry.control.api;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ClusterConfiguration;
import software.amazon.awssdk.services.ecs.model.ClusterServiceConnectDefaultsRequest;
import software.amazon.awssdk.services.ecs.model.ClusterSetting;
import software.amazon.awssdk.services.ecs.model.ExecuteCommandConfiguration;

/**
 * What clusters may be configured to. Container Insights is stored and shown: whoever collects
 * metrics may ask for it, and nothing else in ECS does.
 */
final class ClusterRules {
    static final String INSIGHTS = "containerInsights";
    private static final List<String> INSIGHTS_VALUES = List.of("enabled", "enhanced", "disabled");

    private ClusterRules() {}

    /** The settings of a cluster, each once. */
    static List<ClusterSetting> settings(List<ClusterSetting> given) {
        for (ClusterSetting setting : given) {
            if (!INSIGHTS.equals(setting.nameAsString())) {
                throw ApiErrors.invalid(
                        "Invalid cluster setting name '"
                                + setting.nameAsString()
                                + "'. It must be "
                                + INSIGHTS
                                + '.');
            }
            if (setting.value() == null || !INSIGHTS_VALUES.contains(setting.value())) {
                throw ApiErrors.invalid(
                        "Invalid value '"
                                + setting.value()
                                + "' of the cluster setting containerInsights. It must be one of "
                                + INSIGHTS_VALUES
                                + '.');
            }
        }
        if (given.size() > 1) {
            throw ApiErrors.invalid("Duplicate cluster setting containerInsights.");
        }
        return List.copyOf(given);
    }

    static ClusterSetting insights(String value) {
        return ClusterSetting.builder().name(INSIGHTS).value(value).build();
    }

    /**
     * The configuration of a cluster. Sessions of ExecuteCommand are not recorded, which is what
     * NONE asks for, and DEFAULT where no container writes to CloudWatch Logs.
     */
    static @Nullable ClusterConfiguration configuration(@Nullable ClusterConfiguration given) {
        if (given == null) {
            return null;
        }
        Members.refuseAllBut(
                Set.of("executeCommandConfiguration"), given, "configuration.", ApiErrors::invalid);
        ExecuteCommandConfiguration execute = given.executeCommandConfiguration();
        if (execute == null) {
            return given;
        }
        String path = "configuration.executeCommandConfiguration.";
        if (execute.logConfiguration() != null && !"OVERRIDE".equals(execute.loggingAsString())) {
            throw ApiErrors.invalid(
                    "logConfiguration can only be specified when logging is OVERRIDE.");
        }
        if ("OVERRIDE".equals(execute.loggingAsString())) {
            throw Members.unsupported(path + "logging", "OVERRIDE", ApiErrors::invalid);
        }
        Members.refuseAllBut(Set.of("logging"), execute, path, ApiErrors::invalid);
        return given;
    }

    /** There is no Service Connect yet; an empty namespace asks for none. */
    static void checkDefaults(@Nullable ClusterServiceConnectDefaultsRequest given) {
        if (given != null && given.namespace() != null && !given.namespace().isEmpty()) {
            throw Members.unsupported("serviceConnectDefaults", ApiErrors::invalid);
        }
    }
}
