package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FaultJournalTest {
    @TempDir private Path home;

    @Test
    void whatIsWrittenIsFoundByOthersUntilItIsRemoved() {
        Layout layout = new Layout(home);
        var pause =
                new ActiveFault(Fault.Kind.PAUSE, List.of("n1"), "pause", 2_000, 30_000, "12 34");
        var cut =
                new ActiveFault(
                        Fault.Kind.PARTITION,
                        List.of("n2", "w1"),
                        "partition, one way",
                        1_000,
                        5_000,
                        null);
        layout.create();
        var journal = new FaultJournal(layout);
        assertThat(journal.active()).isEmpty();
        journal.write(pause);
        journal.write(cut);
        assertThat(new FaultJournal(layout).active()).containsExactly(cut, pause);
        assertThat(Healing.table(layout).toString())
                .contains("partition, one way", "n2, w1", "pause");
        journal.remove(cut);
        journal.remove(cut);
        assertThat(new FaultJournal(layout).active()).containsExactly(pause);
    }
}
