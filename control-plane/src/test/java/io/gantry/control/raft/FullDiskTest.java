package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.disk.DiskException;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Each node has a small disk of its own, which really is full at times. */
@EnabledIfSystemProperty(
        named = "user.name",
        matches = "root",
        disabledReason = "only root can mount a small file system")
class FullDiskTest {
    private static final int MIB = 1 << 20;
    private static final int DISK_MIB = 24;

    /** Without a watch, so that the disk is really hit; files are small, so that it is hit soon. */
    private static final Limits UNWATCHED =
            new Limits(50_000, 64 << 20, 1_000, 1 << 19, 20_000, 5_000, 1 << 16).withFreeBytes(0);

    private static final Limits WATCHED = UNWATCHED.withFreeBytes(8 * MIB);

    @TempDir Path directory;

    @Test
    void whatWasAcknowledgedIsKeptWhenAFollowersDiskIsFull() throws Exception {
        try (var disks = new Disks();
                var nodes = disks.nodes(UNWATCHED)) {
            var load = new Load(nodes, 4);
            for (int round = 0; round < 2; round++) {
                load.await(50);
                int full = nodes.follower();
                int leader = nodes.leader();
                disks.of(full).fill();
                assertFull(nodes.node(full), disks.directory(full));
                nodes.crash(full);
                load.await(100);

                // What only the full one and the leader had would be lost with the leader.
                nodes.crash(leader);
                disks.of(full).free();
                nodes.start(full);
                load.await(50);
                nodes.start(leader);
            }
            load.stop();
            assertKept(nodes, load);
        }
    }

    @Test
    void leadershipMovesAndNothingIsLostWhenTheLeadersDiskIsFull() throws Exception {
        try (var disks = new Disks();
                var nodes = disks.nodes(UNWATCHED)) {
            var load = new Load(nodes, 4);
            for (int round = 0; round < 2; round++) {
                load.await(50);
                int full = nodes.leader();
                disks.of(full).fill();
                assertFull(nodes.node(full), disks.directory(full));
                nodes.crash(full);
                load.await(100, Duration.ofSeconds(10));
                disks.of(full).free();
                nodes.start(full);
            }
            load.stop();
            assertKept(nodes, load);
            nodes.crashAll();
            nodes.startAll();
            nodes.leader();
            assertKept(nodes, load);
        }
    }

    @Test
    void aLeaderHandsOverAndANodeStopsBeforeTheDiskIsFull() throws Exception {
        try (var disks = new Disks();
                var nodes = disks.nodes(WATCHED)) {
            int first = nodes.leader();
            disks.of(first).leave(6 * MIB);
            Awaiting.until("handed over", () -> !nodes.node(first).role().leading());
            int next = nodes.leader();
            assertThat(next).isNotEqualTo(first);
            assertThat(nodes.node(first).failure()).isNotDone();
            assertThat(nodes.node(first).freeBytes()).isBetween(0L, 7L * MIB);

            disks.of(first).leave(MIB);
            assertThat(nodes.node(first).failure().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(DiskException.class)
                    .hasMessageContaining("min-free-space");
            nodes.crash(first);
            MembershipTest.write(nodes.node(next), "served");
            assertThatThrownBy(() -> nodes.start(first))
                    .hasMessageContaining("make room and start again");
            disks.of(first).free();
            RaftNode back = nodes.start(first);
            back.catchUp().get(10, TimeUnit.SECONDS);
            assertThat(back.state().clusters().get("served")).isNotNull();
        }
    }

    private static void assertFull(RaftNode node, Path place) throws Exception {
        assertThat(node.failure().get(20, TimeUnit.SECONDS))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining(place + " is full; make room");
    }

    private static void assertKept(Nodes nodes, Load load) throws Exception {
        for (RaftNode node : nodes.running()) {
            node.catchUp().get(10, TimeUnit.SECONDS);
            ClusterState state = node.state();
            assertThat(load.acknowledged)
                    .allSatisfy(name -> assertThat(state.families().get(name)).isNotNull());
        }
    }

    /** One for each node of three. */
    private final class Disks implements AutoCloseable {
        private final List<TinyDisk> disks = new ArrayList<>();

        Disks() throws Exception {
            for (int number = 1; number <= 3; number++) {
                disks.add(TinyDisk.at(directory(number), DISK_MIB));
            }
        }

        Nodes nodes(Limits limits) throws Exception {
            var nodes = Nodes.started(directory, 3, limits);
            nodes.leader();
            nodes.node(1).submit(RandomCommands.found()).get(5, TimeUnit.SECONDS);
            return nodes;
        }

        Path directory(int number) {
            return directory.resolve("n" + number);
        }

        TinyDisk of(int number) {
            return disks.get(number - 1);
        }

        @Override
        public void close() throws IOException {
            for (TinyDisk disk : disks) {
                disk.close();
            }
        }
    }
}
