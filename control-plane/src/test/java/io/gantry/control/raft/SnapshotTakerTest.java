package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.raft.RaftConfig.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTakerTest {
    private static final int MANY = 1_000_000;
    private static final Duration LONG = Duration.ofDays(1);

    @TempDir Path directory;

    private static Limits limits(int entries, long bytes, Duration age) {
        return new Limits(50_000, 64 << 20, 1_000, 1 << 19, entries, 20, 1 << 16, bytes, age, 0);
    }

    private static void write(RaftNode node, int commands) throws Exception {
        for (int i = 0; i < commands; i++) {
            node.submit(RandomCommands.createCluster("c" + i)).get(10, TimeUnit.SECONDS);
        }
    }

    private void takesOne(Limits limits) throws Exception {
        try (var nodes = Nodes.started(directory, 1, limits)) {
            RaftNode node = nodes.node(1);
            nodes.leader();
            assertThat(node.stats().snapshot()).isEqualTo(SnapshotStats.NONE);
            write(node, 30);
            // Ratis asks after each entry, so there has to be one more.
            Awaiting.until(
                    "a snapshot is taken",
                    () -> {
                        node.submit(RandomCommands.createCluster("more")).join();
                        return node.stats().snapshot().index() > 0;
                    });
            SnapshotStats taken = node.stats().snapshot();
            assertThat(taken.bytes()).isPositive();
            assertThat(taken.takenAtMillis()).isPositive();
            assertThat(taken.failures()).isZero();
            assertThat(taken.index()).isLessThanOrEqualTo(node.appliedIndex());

            nodes.crash(1);
            SnapshotStats found = nodes.start(1).stats().snapshot();
            assertThat(found.index()).isGreaterThanOrEqualTo(taken.index());
            assertThat(found.bytes()).isPositive();
        }
    }

    @Test
    void entriesCount() throws Exception {
        takesOne(limits(25, Long.MAX_VALUE, LONG));
    }

    @Test
    void bytesCount() throws Exception {
        takesOne(limits(MANY, 1_000, LONG));
    }

    @Test
    void timeCounts() throws Exception {
        takesOne(limits(MANY, Long.MAX_VALUE, Duration.ofMillis(50)));
    }

    @Test
    void belowAllBoundsThereIsNone() throws Exception {
        try (var nodes = Nodes.started(directory, 1, limits(MANY, Long.MAX_VALUE, LONG))) {
            write(nodes.node(1), 60);
            assertThat(nodes.node(1).stats().snapshot()).isEqualTo(SnapshotStats.NONE);
        }
    }
}
