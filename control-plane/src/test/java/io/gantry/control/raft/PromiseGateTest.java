package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.disk.DiskException;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ratis is a stand-in that answers as the real one does when a disk is slow or fails. */
class PromiseGateTest {
    private static final AppendEntriesRequestProto ENTRIES =
            AppendEntriesRequestProto.newBuilder().addEntries(LogEntryProto.newBuilder()).build();

    @TempDir Path directory;
    private final List<Throwable> failures = new ArrayList<>();

    @BeforeEach
    void hasVotedForN1InTerm4() throws Exception {
        Path current = Files.createDirectory(directory.resolve("current"));
        Files.writeString(current.resolve("raft-meta"), "term=4\nvotedFor=n1\n");
    }

    @Test
    void entriesAreNotTakenWhileTheDiskIsBusyWithEarlierOnes() throws Exception {
        var busy = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        RaftServer slow =
                ratis(
                        (_, _, _) -> {
                            begun.countDown();
                            busy.await();
                            return reply(AppendResult.INCONSISTENCY, 4, 0);
                        });
        PromiseGate gate = gate();
        var first = CompletableFuture.supplyAsync(() -> append(gate, slow));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> gate.append(slow, ENTRIES))
                .isInstanceOf(ServerNotReadyException.class);
        busy.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(AppendResult.INCONSISTENCY);
        assertThat(append(gate, slow)).isEqualTo(AppendResult.INCONSISTENCY);
        assertThat(failures).isEmpty();
    }

    @Test
    void entriesAreNotAcknowledgedBeforeTheyAreForcedToTheDisk() throws Exception {
        PromiseGate gate = gate();
        assertThat(append(gate, appended(4, 9, 9))).isEqualTo(AppendResult.SUCCESS);
        assertThatThrownBy(() -> gate.append(appended(4, 10, 9), ENTRIES))
                .isInstanceOf(ServerNotReadyException.class)
                .hasMessageContaining("10");
    }

    @Test
    void nothingIsAcknowledgedInATermThatCouldNotBeWritten() {
        PromiseGate gate = gate();
        assertThatThrownBy(() -> gate.append(appended(5, 9, 9), ENTRIES))
                .isInstanceOf(DiskException.class);
        assertThat(failures).hasSize(1);
        assertThatThrownBy(() -> gate.append(appended(4, 9, 9), ENTRIES))
                .isInstanceOf(ServerNotReadyException.class);
    }

    @Test
    void aVoteIsGivenOnlyIfItIsInItsFile() throws Exception {
        PromiseGate gate = gate();
        assertThat(gate.vote(voting(4), asks("n1")).getTerm()).isEqualTo(4);
        assertThatThrownBy(() -> gate.vote(voting(4), asks("n2")))
                .isInstanceOf(DiskException.class);
        assertThat(failures).hasSize(1);
        assertThatThrownBy(() -> gate.vote(voting(4), asks("n1")))
                .isInstanceOf(ServerNotReadyException.class);
    }

    @Test
    void aNewNodeNeitherVotesNorAsksForVotesUntilTheGateIsOpened() throws Exception {
        PromiseGate gate = gate();
        gate.shut("founding");
        assertThatThrownBy(() -> gate.vote(voting(4), asks("n1")))
                .isInstanceOf(ServerNotReadyException.class);
        assertThatThrownBy(() -> gate.campaign(voting(4), asks("n1")))
                .isInstanceOf(ServerNotReadyException.class);
        gate.open();
        assertThat(gate.vote(voting(4), asks("n1")).getTerm()).isEqualTo(4);
    }

    private PromiseGate gate() {
        return new PromiseGate(Group.FOUNDED, directory, failures::add);
    }

    private static AppendResult append(PromiseGate gate, RaftServer server) {
        try {
            return gate.append(server, ENTRIES).getResult();
        } catch (IOException refused) {
            throw new AssertionError(refused);
        }
    }

    private static RaftServer appended(long term, long match, long forced) {
        RaftLog log = proxy(RaftLog.class, (_, _, _) -> forced);
        RaftServer.Division division = proxy(RaftServer.Division.class, (_, _, _) -> log);
        return ratis(
                (_, method, _) ->
                        method.getName().equals("getDivision")
                                ? division
                                : reply(AppendResult.SUCCESS, term, match));
    }

    private static AppendEntriesReplyProto reply(AppendResult result, long term, long match) {
        return AppendEntriesReplyProto.newBuilder()
                .setResult(result)
                .setTerm(term)
                .setMatchIndex(match)
                .build();
    }

    private static RaftServer voting(long term) {
        return ratis(
                (_, _, _) ->
                        RequestVoteReplyProto.newBuilder()
                                .setServerReply(RaftRpcReplyProto.newBuilder().setSuccess(true))
                                .setTerm(term)
                                .build());
    }

    private static RequestVoteRequestProto asks(String candidate) {
        return RequestVoteRequestProto.newBuilder()
                .setServerRequest(
                        RaftRpcRequestProto.newBuilder()
                                .setRequestorId(ByteString.copyFromUtf8(candidate)))
                .setCandidateTerm(4)
                .build();
    }

    private static RaftServer ratis(InvocationHandler answers) {
        return proxy(RaftServer.class, answers);
    }

    private static <T> T proxy(Class<T> type, InvocationHandler answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
    }
}
