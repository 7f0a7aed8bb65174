package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.Resources;
import io.gantry.common.time.VirtualTime;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.RegisterTaskDefinition;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

class DeliveriesTest {
    private static final Command FOUND =
            new Command.FoundRealm(
                    new Realm("us-east-1", "123456789012", new Realm.AccessKey("A", "S")));
    private static final Command REGISTER =
            new RegisterTaskDefinition(
                    TaskDefinition.builder().family("app").build(),
                    List.of(),
                    new Footprint(new Resources(1, 1), List.of(), List.of()));
    private static final Reply FIRST = new Reply.Registered(new TaskDefinitionKey("app", 1));
    private static final Reply SECOND = new Reply.Registered(new TaskDefinitionKey("app", 2));

    private final VirtualTime time = new VirtualTime();
    private final ClientId carrier = ClientId.randomId();
    private final ReplicaStateMachine machine =
            new ReplicaStateMachine(
                    config(), new Seed(Path.of("none")), new AppliedIndex(time), new NoEvents());
    private long index;

    private RaftConfig config() {
        return new RaftConfig(
                "n1",
                List.of(new RaftConfig.Peer("n1", "127.0.0.1", 1)),
                "127.0.0.1",
                Path.of("none"),
                RaftConfig.Timing.LAN,
                RaftConfig.Limits.USUAL,
                time);
    }

    private static final class NoEvents implements ReplicaStateMachine.Events {
        @Override
        public void leaderMayHaveChanged(@Nullable RaftPeerId leader) {}

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    private static StateMachineLogEntryProto batch(
            ClientId from, long call, long atMillis, Command command) {
        var batch = ByteBuffer.wrap(LogCodec.batch(List.of(LogCodec.encode(command))));
        return StateMachineLogEntryProto.newBuilder()
                .setClientId(from.toByteString())
                .setCallId(call)
                .setLogData(UnsafeByteOperations.unsafeWrap(LogCodec.entry(atMillis, batch)))
                .build();
    }

    private List<Reply> apply(ClientId from, long call, Command command) {
        var entry =
                LogEntryProto.newBuilder()
                        .setTerm(1)
                        .setIndex(++index)
                        .setStateMachineLogEntry(batch(from, call, time.nowMillis(), command))
                        .build();
        var context =
                TransactionContext.newBuilder()
                        .setStateMachine(machine)
                        .setLogEntry(entry)
                        .setServerRole(RaftPeerRole.FOLLOWER)
                        .build();
        return Replies.of(machine.applyTransaction(context).join());
    }

    @Test
    void aBatchThatComesTwiceIsAppliedOnceAndAnsweredTwice() {
        apply(carrier, 1, FOUND);
        assertThat(apply(carrier, 2, REGISTER)).containsExactly(FIRST);
        assertThat(apply(carrier, 2, REGISTER)).containsExactly(FIRST);
        assertThat(machine.state().taskDefinitions().size()).isEqualTo(1);
        assertThat(apply(carrier, 3, REGISTER)).containsExactly(SECOND);
        assertThat(apply(ClientId.randomId(), 3, REGISTER)).hasSize(1);
        assertThat(machine.state().taskDefinitions().size()).isEqualTo(3);
    }

    @Test
    void aBatchThatItsCarrierHasGivenUpIsNotAppliedAfterTheNext() {
        apply(carrier, 1, FOUND);
        apply(carrier, 3, REGISTER);
        assertThat(apply(carrier, 2, REGISTER)).isEmpty();
        assertThat(machine.state().taskDefinitions().size()).isEqualTo(1);
        assertThat(machine.getLastAppliedTermIndex().getIndex()).isEqualTo(3);
    }

    @Test
    void snapshotsRememberWhatWasDelivered(@TempDir Path directory) throws Exception {
        var answer = new Replies(List.of(FIRST, new Reply.Done()));
        StateMachineLogEntryProto batch = batch(carrier, 7, 0, REGISTER);
        Deliveries before = Deliveries.NONE.plus(batch, 5, answer);
        Path file = directory.resolve("snapshot");
        SnapshotFile.write(file, 1, 1, machine.state(), before);
        Deliveries after = SnapshotFile.read(file).deliveries();
        assertThat(after.answered(batch)).isEqualTo(answer);
        assertThat(after.answered(batch(carrier, 8, 0, REGISTER))).isNull();
        assertThat(after.rows()).isEqualTo(before.rows());
    }

    @Test
    void carriersThatAreGoneAreForgotten() {
        var answer = new Replies(List.of());
        Deliveries deliveries =
                Deliveries.NONE
                        .plus(batch(carrier, 1, 0, FOUND), 0, answer)
                        .plus(batch(ClientId.randomId(), 1, 0, FOUND), 1, answer)
                        .plus(batch(carrier, 2, 0, FOUND), Deliveries.KEPT_MILLIS, answer)
                        .plus(
                                batch(ClientId.randomId(), 1, 0, FOUND),
                                Deliveries.KEPT_MILLIS + 2,
                                answer);
        assertThat(deliveries.latest().size()).isEqualTo(2);
        assertThat(deliveries.answered(batch(carrier, 2, 0, FOUND))).isEqualTo(answer);
    }
}
