package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LevelTest {
    private static final Release OLD = new Release("1.0", 1);
    private static final Release NEW = new Release("2.0", 3);

    @TempDir Path directory;

    /** A group of which one node's program is older. */
    private Nodes mixed() throws Exception {
        var nodes = new Nodes(directory, 3, Limits.USUAL);
        nodes.release(1, NEW);
        nodes.release(2, NEW);
        nodes.release(3, OLD);
        nodes.startAll();
        nodes.leader();
        return nodes;
    }

    private static int common(RaftNode node) throws Exception {
        return node.commonLevel().get(10, TimeUnit.SECONDS);
    }

    @Test
    void theCommonLevelIsWhatTheOldestNodeKnows() throws Exception {
        try (Nodes nodes = mixed()) {
            for (RaftNode node : nodes.running()) {
                assertThat(common(node)).isEqualTo(1);
            }
            nodes.crash(3);
            assertThatThrownBy(() -> common(nodes.node(1)))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(LogUnavailable.class)
                    .hasMessageContaining("n3 does not answer");
            nodes.release(3, NEW);
            nodes.start(3);
            nodes.leader();
            Awaiting.until("all answer", () -> commonIs(nodes.node(1), 3));
        }
    }

    private static boolean commonIs(RaftNode node, int level) {
        return node.commonLevel()
                .handle((known, silent) -> silent == null && known == level)
                .join();
    }

    @Test
    void aNodeThatKnowsLessThanTheInstallationDoesStopsAndDoesNotStartAgain() throws Exception {
        try (Nodes nodes = mixed()) {
            RaftNode old = nodes.node(3);
            nodes.node(1).submit(new Command.RaiseLevel(2)).get(10, TimeUnit.SECONDS);
            assertThat(old.failure().get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("feature level 2, which release 1.0 (up to level 1)");
            Awaiting.until("closed", () -> old.catchUp().isCompletedExceptionally());
            nodes.crash(3);
            // Acknowledged is what the leader applied; a follower does so a moment later.
            Awaiting.until("level raised", () -> nodes.node(1).state().level() == 2);

            // One that has seen the level, started with an older release.
            int downgraded = nodes.follower();
            Path mark = nodes.directory(downgraded).resolve("feature-level");
            Awaiting.until("level noted", () -> Files.exists(mark));
            nodes.crash(downgraded);
            nodes.release(downgraded, OLD);
            assertThatThrownBy(() -> nodes.start(downgraded))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("feature level 2, which release 1.0 (up to level 1)")
                    .hasMessageContaining("start a release that does");
            nodes.release(downgraded, NEW);
            nodes.start(downgraded).catchUp().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void kindsOfALaterLevelAreKnownAsSuch() {
        var kinds = new Kinds<Command>().add("tick", Command.Tick.class, 4);
        assertThat(kinds.levelOf(Command.Tick.class)).isEqualTo(4);
        for (Class<?> command : Command.class.getPermittedSubclasses()) {
            assertThat(Kinds.COMMANDS.levelOf(command)).isBetween(1, Release.LEVEL);
        }
    }
}
