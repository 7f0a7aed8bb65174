package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        var table = new Table("NODE", "STATE").row("n1", "leader").row("worker-17", "-");
        assertThat(table.toString().lines())
                .containsExactly("NODE       STATE", "n1         leader", "worker-17  -");
    }
}
