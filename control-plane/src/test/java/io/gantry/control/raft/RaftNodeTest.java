package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.log.CommandLog.Committed;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftNodeTest {
    private static final Limits SMALL =
            new Limits(50_000, 64 << 20, 1_000, 1 << 19, 100, 20, 1 << 16);

    private static final Pattern FIRST_INDEX = Pattern.compile("log_(\\d+).*");

    @TempDir Path directory;

    @Test
    void aWriteThroughAnyNodeIsReadOnAnyNode() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            for (int writer : nodes.numbers()) {
                Committed committed = create(nodes.node(writer), "c" + writer);
                assertThat(committed.reply()).isEqualTo(new Reply.Done());
                nodes.node(writer).await(committed.index()).get(5, TimeUnit.SECONDS);
                assertThat(nodes.node(writer).state().clusters().get("c" + writer)).isNotNull();
                for (RaftNode reader : nodes.running()) {
                    reader.catchUp().get(5, TimeUnit.SECONDS);
                    assertThat(reader.state().clusters().get("c" + writer)).isNotNull();
                }
            }
            assertSame(nodes.running());
        }
    }

    @Test
    void aGroupOfOneWorksAndRemembers() throws Exception {
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            create(nodes.node(1), "one");
            nodes.node(1).catchUp().get(5, TimeUnit.SECONDS);
            assertThat(nodes.node(1).state().clusters().get("one")).isNotNull();
            nodes.crash(1);
            RaftNode again = nodes.start(1);
            create(again, "two");
            again.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(again.state().clusters().size()).isEqualTo(2);
        }
    }

    @Test
    void commandsThatWaitTogetherShareEntries() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            nodes.leader();
            int count = 10_000;
            long before = nodes.node(1).stats().entriesApplied();
            List<CompletableFuture<Committed>> all = new ArrayList<>();
            try (var writers = new Writers(8)) {
                all.addAll(writers.submit(nodes, count));
            }
            for (CompletableFuture<Committed> one : all) {
                one.get(20, TimeUnit.SECONDS);
            }
            RaftNode node = nodes.node(1);
            node.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(node.state().clusters().size()).isEqualTo(count);
            assertThat(node.stats().commandsApplied()).isGreaterThanOrEqualTo(count);
            assertThat(node.stats().entriesApplied() - before).isLessThan(count / 20);
            assertSame(nodes.running());
        }
    }

    @Test
    void acknowledgedCommandsSurviveLeadersThatDieAndAreAppliedOnce() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            nodes.leader();
            nodes.node(1).submit(RandomCommands.found()).get(5, TimeUnit.SECONDS);
            var load = new Load(nodes, 4);
            for (int round = 0; round < 4; round++) {
                load.await(50);
                int leader = nodes.leader();
                nodes.crash(leader);
                load.await(50, Duration.ofSeconds(5));
                nodes.start(leader);
            }
            load.stop();
            for (RaftNode node : nodes.running()) {
                node.catchUp().get(5, TimeUnit.SECONDS);
            }
            assertSame(nodes.running());
            ClusterState state = nodes.node(1).state();
            assertThat(load.acknowledged)
                    .allSatisfy(name -> assertThat(state.families().get(name)).isNotNull());
            // A definition registered twice would have a second revision.
            state.families()
                    .forEach((name, family) -> assertThat(family.lastRevision()).isEqualTo(1));
            // What was neither acknowledged nor refused may be there or not.
            assertThat(state.families().size())
                    .isBetween(
                            load.acknowledged.size(),
                            load.acknowledged.size() + load.unknown.get());
        }
    }

    @Test
    void allNodesRestartFromTheirDisks() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            for (int i = 0; i < 20; i++) {
                create(nodes.node(1 + i % 3), "c" + i);
            }
            nodes.crashAll();
            nodes.startAll();
            RaftNode node = nodes.node(2);
            nodes.leader();
            node.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(node.state().clusters().size()).isEqualTo(20);
            create(node, "after");
            assertSame(nodes.running());
        }
    }

    @Test
    void aLogCutShortByACrashIsRepairedByTheOthers() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            for (int i = 0; i < 20; i++) {
                create(nodes.node(1), "c" + i);
            }
            int victim = nodes.follower();
            nodes.crash(victim);
            cutLog(nodes.directory(victim));
            RaftNode back = nodes.start(victim);
            create(back, "after");
            back.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(back.state().clusters().size()).isEqualTo(21);
            assertSame(nodes.running());
        }
    }

    @Test
    void nodesRestartFromSnapshots() throws Exception {
        try (var nodes = Nodes.started(directory, 3, SMALL)) {
            nodes.leader();
            writeOneByOne(nodes.node(1), "a", 300);
            for (RaftNode node : nodes.running()) {
                Awaiting.until("snapshot taken", () -> node.stats().snapshotIndex() > 0);
            }
            nodes.crashAll();
            nodes.startAll();
            nodes.leader();
            assertThat(nodes.node(1).stats().snapshotIndex()).isPositive();
            nodes.node(1).catchUp().get(5, TimeUnit.SECONDS);
            assertThat(nodes.node(1).state().clusters().size()).isEqualTo(300);
            assertSame(nodes.running());
        }
    }

    @Test
    void aNodeThatWasAwayForLongIsSentTheState() throws Exception {
        try (var nodes = Nodes.started(directory, 3, SMALL)) {
            int away = nodes.follower();
            create(nodes.node(away), "first");
            nodes.crash(away);
            RaftNode leader = nodes.node(nodes.leader());
            writeOneByOne(leader, "b", 900);
            Awaiting.until("log purged", () -> firstLogIndex(nodes, nodes.leader()) > 100);

            RaftNode back = nodes.start(away);
            var restored = new AtomicBoolean();
            back.addListener(
                    new Replica.Listener() {
                        @Override
                        public void applied(ClusterState state, Touched touched) {}

                        @Override
                        public void restored(ClusterState state) {
                            restored.set(true);
                        }
                    });
            Awaiting.until("state restored", restored::get);
            back.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(back.state().clusters().size()).isEqualTo(901);
            create(back, "after");
            assertSame(nodes.running());

            nodes.crash(away);
            RaftNode again = nodes.start(away);
            again.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(again.state().clusters().size()).isEqualTo(902);
        }
    }

    @Test
    void withoutAQuorumEverythingFailsWithinTheBoundAndRecovers() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int leader = nodes.leader();
            RaftNode left = nodes.node(leader);
            create(left, "before");
            List<Integer> others = nodes.numbers().stream().filter(n -> n != leader).toList();
            others.forEach(nodes::crash);

            long began = System.nanoTime();
            var write = left.submit(RandomCommands.createCluster("lonely"));
            var read = left.catchUp();
            var wait = left.await(left.appliedIndex() + 100);
            assertUnavailable(write);
            assertUnavailable(read);
            assertUnavailable(wait);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(7));
            assertThat(left.role().leading()).isFalse();
            assertThat(left.role().leader()).isEmpty();

            nodes.start(others.getFirst());
            nodes.leader();
            create(left, "after");
            left.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(left.state().clusters().get("after")).isNotNull();
        }
    }

    @Test
    void leadershipIsHandedOverAndToldOf() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int first = nodes.leader();
            int next = nodes.follower();
            Queue<Replica.Role> roles = new ConcurrentLinkedQueue<>();
            nodes.node(next).addRoleListener(roles::add);
            create(nodes.node(first), "x");
            assertThat(nodes.node(first).handover().transfer("n" + next)).isEqualTo("n" + next);
            Awaiting.until("new leader is ready", () -> nodes.node(next).role().leading());
            assertThat(roles).anyMatch(role -> role.leading() && role.leader().equals("n" + next));
            assertThat(nodes.node(first).role().leading()).isFalse();

            nodes.node(next).close();
            long began = System.nanoTime();
            create(nodes.node(first), "y");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(2));
            assertUnavailable(nodes.node(next).submit(RandomCommands.createCluster("z")));
            assertUnavailable(nodes.node(next).catchUp());
        }
    }

    @Test
    void aListenerHearsOfEveryEntryAfterTheStateIsThere() throws Exception {
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            RaftNode node = nodes.node(1);
            var calls = new AtomicInteger();
            Queue<Long> visible = new ConcurrentLinkedQueue<>();
            node.addListener(
                    new Replica.Listener() {
                        @Override
                        public void applied(ClusterState state, Touched touched) {
                            calls.incrementAndGet();
                            visible.add(node.state().sequence());
                        }

                        @Override
                        public void restored(ClusterState state) {}
                    });
            create(node, "a");
            create(node, "b");
            Awaiting.until("two calls", () -> calls.get() == 2);
            assertThat(visible).containsExactly(1L, 2L);
        }
    }

    @Test
    void aListenerThatFailsStopsTheReplica() throws Exception {
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            RaftNode node = nodes.node(1);
            nodes.leader();
            node.addListener(
                    new Replica.Listener() {
                        @Override
                        public void applied(ClusterState state, Touched touched) {
                            throw new IllegalStateException("a bug");
                        }

                        @Override
                        public void restored(ClusterState state) {}
                    });
            var lost = node.submit(RandomCommands.createCluster("a"));
            assertThat(node.failure().get(5, TimeUnit.SECONDS)).hasMessage("a bug");
            assertUnavailable(lost);
            Awaiting.until("closed", () -> node.catchUp().isCompletedExceptionally());
        }
    }

    @Test
    void aDirectoryInUseOrWithoutAccessIsRefused() throws Exception {
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            assertThatThrownBy(() -> RaftNode.start(nodes.config(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another node");
        }
        Path file = Files.createFile(directory.resolve("file"));
        try (var nodes = new Nodes(file, 1, Limits.USUAL)) {
            assertThatThrownBy(() -> nodes.start(1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot write to data directory");
        }
    }

    @Test
    void theMembersThatTheLogRemembersCountAndNotTheConfiguration() throws Exception {
        String founded;
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            create(nodes.node(1), "a");
            founded = nodes.peer(1).address();
        }
        try (var others = new Nodes(directory, 3, Limits.USUAL)) {
            RaftNode node = others.start(1);
            create(node, "b");
            assertThat(node.state().clusters().size()).isEqualTo(2);
            assertThat(node.membership().peers())
                    .extracting(RaftConfig.Peer::address)
                    .containsExactly(founded);
        }
    }

    private static Committed create(RaftNode node, String name) throws Exception {
        return node.submit(RandomCommands.createCluster(name)).get(10, TimeUnit.SECONDS);
    }

    private static void writeOneByOne(RaftNode node, String prefix, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            create(node, prefix + i);
        }
    }

    private static void assertSame(Collection<RaftNode> nodes) throws Exception {
        for (RaftNode node : nodes) {
            node.catchUp().get(5, TimeUnit.SECONDS);
        }
        RaftNode first = nodes.iterator().next();
        for (RaftNode node : nodes) {
            assertThat(Tables.of(node.state())).isEqualTo(Tables.of(first.state()));
        }
    }

    private static void assertUnavailable(CompletableFuture<?> future) {
        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(LogUnavailable.class);
    }

    private static void cutLog(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            Path open =
                    files.filter(f -> f.getFileName().toString().startsWith("log_inprogress"))
                            .findFirst()
                            .orElseThrow();
            try (var file = new RandomAccessFile(open.toFile(), "rw")) {
                // Closing has cut the file behind its last entry; a crash may cut into that.
                file.setLength(file.length() - 7);
            }
        }
    }

    private static long firstLogIndex(Nodes nodes, int number) {
        try (Stream<Path> files = Files.walk(nodes.directory(number))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("log_"))
                    .map(name -> name.replace("log_inprogress_", "log_"))
                    .mapToLong(name -> Long.parseLong(FIRST_INDEX.matcher(name).replaceFirst("$1")))
                    .min()
                    .orElse(0);
        } catch (IOException | UncheckedIOException changing) {
            return 0;
        }
    }
}
