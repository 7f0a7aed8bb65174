package io.gantry.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.config.Settings;
import io.gantry.common.config.SettingsException;
import io.gantry.control.core.state.Policy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlPlaneConfigTest {
    private static ControlPlaneConfig config(Map<String, String> environment) {
        var all = new HashMap<>(environment);
        all.put("GANTRY_DATA_DIR", "data");
        return ControlPlaneConfig.from(Settings.of(null, all));
    }

    @Test
    void stoppedTasksAreKeptForAnHourUnlessToldOtherwise() {
        assertThat(config(Map.of()).policy()).isEqualTo(Policy.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({"1h,1", "90m,1.5", "14d,336", "30d,720"})
    void theyMayBeKeptForWeeks(String told, double hours) {
        ControlPlaneConfig config = config(Map.of("GANTRY_STOPPED_TASK_RETENTION", told));
        assertThat(config.policy().stoppedTaskRetentionMillis())
                .isEqualTo((long) (hours * Duration.ofHours(1).toMillis()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"59m", "31d", "0s"})
    void aRetentionOutOfRangeIsRefusedByName(String told) {
        assertThatThrownBy(() -> config(Map.of("GANTRY_STOPPED_TASK_RETENTION", told)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("GANTRY_STOPPED_TASK_RETENTION must be from 1h to 30d");
    }
}
