package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ProcessIdTest {
    private final long self = ProcessHandle.current().pid();

    @Test
    void isReadAsItWasWritten() {
        ProcessId id = Objects.requireNonNull(ProcessId.of(self));
        assertThat(ProcessId.parse(id + "\n")).isEqualTo(id);
        assertThat(id.runs()).isTrue();
        assertThat(id.residentMib()).isPositive();
    }

    @Test
    void aReusedNumberIsAnotherProcess() {
        assertThat(new ProcessId(self, 1).runs()).isFalse();
    }

    @Test
    void whatIsNotAProcessIsNone() {
        assertThat(ProcessId.parse("")).isNull();
        assertThat(ProcessId.parse("1 x")).isNull();
    }
}
