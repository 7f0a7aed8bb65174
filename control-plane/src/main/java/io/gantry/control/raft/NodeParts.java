package io.gantry.control.raft;

import io.gantry.common.disk.DiskException;
import io.gantry.common.disk.DiskTrouble;
import io.gantry.common.time.LoopThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;

/**
 * What exists before the node itself does: the files, the state machine and the server of Ratis.
 */
final class NodeParts implements ReplicaStateMachine.Events {
    final LoopThread loop;
    final AppliedIndex applied;
    final ReplicaStateMachine machine;
    final RaftServer server;
    final GroupFiles files;
    final RaftGroup initial;
    final FounderFiles founders;
    final boolean founds;
    final PromiseGate gate;
    final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private final Path directory;
    private volatile @Nullable Consumer<@Nullable RaftPeerId> leaders;

    /**
     * Reads the directory and builds a server that does not take part yet.
     *
     * @throws IOException if the directory is damaged, cannot be written, or is that of a node that
     *     was removed
     */
    NodeParts(RaftConfig config, DataDirectory directory) throws IOException {
        this.directory = config.dataDirectory();
        files = new GroupFiles(config.dataDirectory());
        files.checkNotRemoved();
        files.settle();
        directory.seed().checkFounds(config);
        founders = new FounderFiles(config.dataDirectory());
        checkLog(directory.seed());
        initial = files.start(config);
        RaftGroupId id = initial.getGroupId();
        gate = new PromiseGate(id, files.group(id), this::failed);
        founds = founders.isNew(config);
        if (founds) {
            founders.begin();
            gate.shut("this node is new and has not founded anything yet");
        }
        loop = new LoopThread("raft-" + config.id());
        applied = new AppliedIndex(loop);
        machine = new ReplicaStateMachine(config, directory.seed(), applied, this);
        try {
            server =
                    RaftServer.newBuilder()
                            .setServerId(RaftPeerId.valueOf(config.id()))
                            .setGroup(initial)
                            .setStateMachine(machine)
                            .setProperties(RatisSettings.of(config, directory.raft()))
                            .setParameters(GatedNetty.parameters(gate))
                            .setOption(RaftStorage.StartupOption.RECOVER)
                            .build();
        } catch (IOException | RuntimeException failed) {
            loop.close();
            throw failed;
        }
    }

    private void checkLog(Seed seed) throws IOException {
        RaftGroupId present = files.id();
        if (present != null) {
            LogCheck.check(files.group(present));
        }
        boolean hasLog = present != null && Files.exists(VoteFile.in(files.current(present)));
        if (!hasLog && !seed.isPlanted() && (files.isMember() || founders.hasFounded())) {
            throw LogCheck.damaged(files.raft(), "it is empty");
        }
    }

    /** Calls {@code listener} on the loop when another node may lead, or nobody. */
    void listen(Consumer<@Nullable RaftPeerId> listener) {
        leaders = listener;
    }

    @Override
    public void leaderMayHaveChanged(@Nullable RaftPeerId leader) {
        Consumer<@Nullable RaftPeerId> listener = leaders;
        if (listener != null) {
            loop.run(() -> listener.accept(leader));
        }
    }

    @Override
    public void failed(Throwable cause) {
        gate.stop();
        DiskTrouble trouble = DiskTrouble.of(cause);
        failure.complete(
                trouble == null || cause instanceof DiskException
                        ? cause
                        : new DiskException(trouble.sentence(directory), cause));
    }

    void close() throws IOException {
        server.close();
        loop.close();
    }
}
