package io.gantry.control.raft;

import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.disk.DiskException;
import io.gantry.common.disk.DiskTrouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerProtocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between Ratis and the other nodes, and lets no promise of this node out that is not on its
 * disk: that it has an entry, takes part in no earlier term, or votes for nobody else. Ratis keeps
 * that order itself, but for these cases:
 *
 * <ul>
 *   <li>Entries that arrive while the disk is still busy with earlier ones at the same place are
 *       taken for those, although a new leader may have sent others. So one request is let in at a
 *       time.
 *   <li>A term or a vote that could not be written is not written again, but lived by.
 *   <li>The renaming that puts a vote into its file is not forced to the disk.
 *   <li>Neither is a snapshot that another node has sent.
 * </ul>
 *
 * <p>After the first failure of the disk nothing is promised any more.
 */
final class PromiseGate {
    private static final Logger log = LoggerFactory.getLogger(PromiseGate.class);

    private final RaftGroupId group;
    private final Path directory;
    private final Consumer<Throwable> failed;
    private final AtomicBoolean appending = new AtomicBoolean();
    private volatile @Nullable String waitingFor;
    private volatile boolean stopped;
    private long seenTerm = -1;
    private volatile VoteFile kept = new VoteFile(-1, "");

    /**
     * A gate that is open.
     *
     * @param directory of the group
     * @param failed is told when the disk does not keep what it should
     */
    PromiseGate(RaftGroupId group, Path directory, Consumer<Throwable> failed) {
        this.group = group;
        this.directory = directory;
        this.failed = failed;
    }

    /** Until the gate is opened this node neither promises nor asks for anything. */
    void shut(String reason) {
        waitingFor = reason;
    }

    void open() {
        waitingFor = null;
    }

    boolean isShut() {
        return waitingFor != null;
    }

    /** Shuts the gate for good. */
    void stop() {
        stopped = true;
    }

    private void checkOpen() throws ServerNotReadyException {
        String reason = waitingFor;
        if (stopped || reason != null) {
            throw new ServerNotReadyException(stopped ? "this node stops" : reason);
        }
    }

    /** What others ask of this node. */
    RequestVoteReplyProto vote(RaftServer server, RequestVoteRequestProto request)
            throws IOException {
        checkOpen();
        RequestVoteReplyProto reply = onDisk(() -> server.requestVote(request));
        if (!request.getPreVote() && reply.getServerReply().getSuccess()) {
            String candidate = request.getServerRequest().getRequestorId().toStringUtf8();
            keep(new VoteFile(reply.getTerm(), candidate));
        }
        checkOpen();
        return reply;
    }

    /** What this node asks of others, as a candidate who has voted for itself. */
    RequestVoteReplyProto campaign(RaftServerProtocol others, RequestVoteRequestProto request)
            throws IOException {
        checkOpen();
        if (!request.getPreVote()) {
            String self = request.getServerRequest().getRequestorId().toStringUtf8();
            keep(new VoteFile(request.getCandidateTerm(), self));
        }
        return others.requestVote(request);
    }

    AppendEntriesReplyProto append(RaftServer server, AppendEntriesRequestProto request)
            throws IOException {
        checkOpen();
        if (request.getEntriesCount() == 0) {
            return appended(server, onDisk(() -> server.appendEntries(request)));
        }
        if (!appending.compareAndSet(false, true)) {
            throw new ServerNotReadyException("the disk is busy with earlier entries");
        }
        try {
            return appended(server, onDisk(() -> server.appendEntries(request)));
        } finally {
            appending.set(false);
        }
    }

    private AppendEntriesReplyProto appended(RaftServer server, AppendEntriesReplyProto reply)
            throws IOException {
        if (reply.getResult() == AppendResult.SUCCESS) {
            keepTerm(reply.getTerm());
            long forced = server.getDivision(group).getRaftLog().getFlushIndex();
            if (!reply.getIsHearbeat() && forced < reply.getMatchIndex()) {
                throw new ServerNotReadyException(
                        "entries up to %d are not on the disk yet"
                                .formatted(reply.getMatchIndex()));
            }
        }
        checkOpen();
        return reply;
    }

    InstallSnapshotReplyProto install(RaftServer server, InstallSnapshotRequestProto request)
            throws IOException {
        checkOpen();
        InstallSnapshotReplyProto reply = onDisk(() -> server.installSnapshot(request));
        boolean whole = request.hasSnapshotChunk() && request.getSnapshotChunk().getDone();
        if (whole && reply.getResult() == InstallSnapshotResult.SUCCESS) {
            onDisk(
                    () -> {
                        DirectoryCheck.syncAll(directory.resolve("sm"));
                        DirectoryCheck.sync(directory);
                        return reply;
                    });
        }
        checkOpen();
        return reply;
    }

    /**
     * To be called now and then: a candidate that cannot write its vote down stands still, and
     * Ratis does not tell.
     *
     * @param term in which this node takes part
     */
    void look(long term) {
        try {
            onDisk(
                    () -> {
                        VoteFile found = VoteFile.read(directory.resolve("current"));
                        if (found.term() < seenTerm) {
                            throw new DiskException(
                                    "term %d cannot be written to %s; the disk may be full"
                                            .formatted(seenTerm, directory));
                        }
                        return found;
                    });
            // Compared the next time: it may be being written now.
            seenTerm = term;
        } catch (IOException told) {
            seenTerm = -1;
        }
    }

    /**
     * After this node has stopped: on a full disk Ratis puts an empty file in the place of the
     * vote. Stopping has given back the space that the log had taken in advance.
     *
     * @param lastTerm in which this node took part
     */
    void mend(long lastTerm) {
        try {
            VoteFile.mend(directory.resolve("current"), lastTerm);
        } catch (IOException refused) {
            log.atError()
                    .setCause(refused)
                    .log("the vote cannot be written; if it is damaged, the next start will tell");
        }
    }

    private void keepTerm(long term) throws IOException {
        if (kept.term() < term) {
            keep(
                    onDisk(
                            () -> {
                                VoteFile found = VoteFile.read(directory.resolve("current"));
                                return found.term() < term ? new VoteFile(term, "") : found;
                            }));
        }
    }

    /** Makes sure that a promise is on the disk, which Ratis has written to its file. */
    private void keep(VoteFile promise) throws IOException {
        if (promise.equals(kept)) {
            return;
        }
        onDisk(
                () -> {
                    VoteFile found = VoteFile.read(directory.resolve("current"));
                    // It may speak of a later promise already, which makes this one void.
                    if (found.term() < promise.term()
                            || (found.term() == promise.term() && !found.equals(promise))) {
                        throw new DiskException(
                                "%s holds %s instead of %s; the disk may be full"
                                        .formatted(directory, found, promise));
                    }
                    DirectoryCheck.sync(directory.resolve("current"));
                    return found;
                });
        kept = promise;
    }

    private interface Step<T> {
        T run() throws IOException;
    }

    private <T> T onDisk(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (IOException refused) {
            if (DiskTrouble.of(refused) != null) {
                stop();
                failed.accept(refused);
            }
            throw refused;
        }
    }
}
