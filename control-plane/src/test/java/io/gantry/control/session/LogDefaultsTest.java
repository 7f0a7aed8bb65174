package io.gantry.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.LogConfiguration;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

class LogDefaultsTest {
    private final Lab lab = new Lab(1);

    private @Nullable LogConfiguration sent(@Nullable LogConfiguration logging) {
        var definition =
                TaskDefinition.builder()
                        .family("f")
                        .containerDefinitions(
                                ContainerDefinition.builder()
                                        .name("main")
                                        .image("busybox")
                                        .logConfiguration(logging)
                                        .build())
                        .build();
        var key = lab.definition(definition, Lab.SMALL);
        TaskDefinitionRow row = Check.present(lab.state().taskDefinitions().get(key), key);
        return LogDefaults.of(lab.state(), Check.present(lab.state().realm(), "realm"), row)
                .definition()
                .containerDefinitions()
                .getFirst()
                .logConfiguration();
    }

    private Map<String, String> options(Map<String, String> given) {
        return Check.present(sent(logging(given)), "logging").options();
    }

    private static LogConfiguration logging(Map<String, String> options) {
        return LogConfiguration.builder().logDriver("json-file").options(options).build();
    }

    private void choose(String principal, String mode) {
        var key =
                new AccountSetting.Key(
                        "arn:aws:iam::123456789012:" + principal, AccountSetting.LOG_MODE);
        lab.apply(new Command.PutAccountSetting(new AccountSetting(key, mode)));
    }

    @Test
    void aDefinitionIsSentAsItIsAsLongAsNobodyHasChosen() {
        assertThat(options(Map.of("tag", "x"))).isEqualTo(Map.of("tag", "x"));
        choose("user/ann", "non-blocking");
        assertThat(options(Map.of("tag", "x"))).isEqualTo(Map.of("tag", "x"));
    }

    @Test
    void theModeIsThatOfTheAccountUnlessTheDefinitionSays() {
        choose("root", "non-blocking");
        assertThat(options(Map.of("tag", "x")))
                .isEqualTo(Map.of("tag", "x", "mode", "non-blocking", "max-buffer-size", "10m"));
        var blocking = logging(Map.of("mode", "blocking"));
        assertThat(sent(blocking)).isEqualTo(blocking);
        var own = logging(Map.of("mode", "non-blocking", "max-buffer-size", "1m"));
        assertThat(sent(own)).isEqualTo(own);
        assertThat(sent(null)).isNull();
        choose("root", "blocking");
        assertThat(options(Map.of())).isEqualTo(Map.of("mode", "blocking"));
    }
}
