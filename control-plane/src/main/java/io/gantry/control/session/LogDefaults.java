package io.gantry.control.session;

import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.LogConfiguration;

/**
 * How containers deliver what they write if their definition does not say: as the account has it
 * when the task is sent to its agent. As long as nobody has chosen, engines do what they always do
 * and let containers wait, so that no line is lost.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html">LogConfiguration</a>
 */
final class LogDefaults {
    private static final String MODE = "mode";
    private static final String NON_BLOCKING = "non-blocking";
    private static final String BUFFER = "max-buffer-size";
    private static final String STANDARD_BUFFER = "10m";

    private LogDefaults() {}

    static TaskDefinitionRow of(ClusterState state, Realm realm, TaskDefinitionRow row) {
        var setting =
                state.accountSettings()
                        .get(new AccountSetting.Key(realm.root(), AccountSetting.LOG_MODE));
        if (setting == null) {
            return row;
        }
        String mode = setting.value();
        return row.with(
                row.definition().toBuilder()
                        .containerDefinitions(
                                row.definition().containerDefinitions().stream()
                                        .map(each -> of(mode, each))
                                        .toList())
                        .build());
    }

    private static ContainerDefinition of(String mode, ContainerDefinition definition) {
        LogConfiguration logging = definition.logConfiguration();
        if (logging == null || logging.options().containsKey(MODE)) {
            return definition;
        }
        Map<String, String> options = new HashMap<>(logging.options());
        options.put(MODE, mode);
        if (mode.equals(NON_BLOCKING)) {
            options.putIfAbsent(BUFFER, STANDARD_BUFFER);
        }
        return definition.toBuilder()
                .logConfiguration(logging.toBuilder().options(options).build())
                .build();
    }
}
