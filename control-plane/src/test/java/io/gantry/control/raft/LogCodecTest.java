package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.IdSource;
import io.gantry.common.model.TaskId;
import io.gantry.common.time.VirtualTime;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.transition.Transitions;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogCodecTest {

    @Test
    void everyCommandAndReplyHasAName() {
        for (Class<?> command : Command.class.getPermittedSubclasses()) {
            assertThat(Kinds.COMMANDS.nameOf(command)).isNotBlank();
        }
        for (Class<?> reply : Reply.class.getPermittedSubclasses()) {
            assertThat(Kinds.REPLIES.nameOf(reply)).isNotBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void commandsComeBackAsTheyWere(long seed) {
        var commands = new RandomCommands(seed);
        var kinds = new HashSet<Class<?>>();
        ClusterState state = ClusterState.EMPTY;
        for (int i = 0; i < 4_000; i++) {
            Command command = commands.next(state);
            kinds.add(command.getClass());
            state = Transitions.apply(state, command, i).state();
            byte[] batch = LogCodec.batch(List.of(LogCodec.encode(command)));
            var entry = LogCodec.decodeEntry(ByteBuffer.wrap(LogCodec.entry(i, bytes(batch))));
            assertThat(entry).isEqualTo(new LogCodec.Entry(i, List.of(command)));
        }
        assertThat(kinds).hasSize(Command.class.getPermittedSubclasses().length);
    }

    @Test
    void repliesComeBackAsTheyWere() {
        var ids = new IdSource(new VirtualTime(), new SplittableRandom(1));
        List<Reply> replies =
                List.of(
                        new Reply.Done(),
                        new Reply.Registered(new TaskDefinitionKey("web:x", 7)),
                        new Reply.WorkerRegistered(ids.worker()),
                        new Reply.Connected(42),
                        new Reply.Conflict(List.of(ids.task())),
                        new Reply.Started(List.of(ids.task(), ids.task()), List.of()),
                        new Reply.Refused(Reply.Cause.STALE, "too late"),
                        new Reply.Protected(List.of(ids.task()), List.of(ids.task())));
        byte[] encoded = LogCodec.encodeReplies(replies);
        assertThat(LogCodec.decodeReplies(bytes(encoded))).isEqualTo(replies);
    }

    @Test
    void missingMembersAreNullZeroOrEmptyAndUnknownOnesIgnored() {
        byte[] bytes = batch("observe", Map.of("observations", List.of(Map.of("new", 1))));
        var observe = (Command.ObserveTasks) LogCodec.decodeBatch(bytes(bytes)).getFirst();
        assertThat(observe.observations().getFirst().containers()).isEmpty();
        assertThat(observe.observations().getFirst().status()).isNull();
        assertThat(observe.observations().getFirst().pullStartedAt()).isZero();

        byte[] seen =
                batch(
                        "observe",
                        Map.of("observations", List.of(Map.of("containers", List.of(Map.of())))));
        observe = (Command.ObserveTasks) LogCodec.decodeBatch(bytes(seen)).getFirst();
        assertThat(observe.observations().getFirst().containers().getFirst().bindings())
                .as("what may be null stays null")
                .isNull();

        byte[] policy = batch("policy", Map.of("policy", Map.of()));
        var set = (Command.SetPolicy) LogCodec.decodeBatch(bytes(policy)).getFirst();
        assertThat(set.policy()).isEqualTo(Policy.DEFAULT);

        byte[] worker = batch("worker+", Map.of("cluster", "c"));
        var register = (Command.RegisterWorker) LogCodec.decodeBatch(bytes(worker)).getFirst();
        assertThat(register.attributes()).isEmpty();
        assertThat(register.tags()).isEmpty();
    }

    /** Rows of a time without image digests and GPUs. */
    @Test
    void rowsOfEarlierReleasesHaveNothingOfWhatCameLater() {
        var deployment = row(Map.of("number", 7), Deployment.class);
        assertThat(deployment.imageDigests()).isEmpty();
        var registration = row(Map.of("atMillis", 1), Worker.Registration.class);
        assertThat(registration.gpus()).isEmpty();
        var load = row(Map.of("usedPorts", List.of("80/tcp")), Worker.Load.class);
        assertThat(load.usedGpus()).isEmpty();
        var origin = row(Map.of("cluster", "c"), Task.Origin.class);
        assertThat(origin.gpus()).isEmpty();
        var footprint = row(Map.of("ports", List.of()), Footprint.class);
        assertThat(footprint.gpus()).isZero();
    }

    private static <T> T row(Map<String, ?> members, Class<T> type) {
        return Records.CBOR.readValue(Records.CBOR.writeValueAsBytes(members), type);
    }

    /** As a text that was cut in the middle of a character, or an attacker's. */
    @Test
    void halfACharacterDoesNotKeepACommandOut() {
        var stop = new Command.StopTask(new TaskId(1, 2), "UserInitiated", "a\ud83d");
        byte[] batch = LogCodec.batch(List.of(LogCodec.encode(stop)));
        var read = (Command.StopTask) LogCodec.decodeBatch(bytes(batch)).getFirst();
        assertThat(read.reason()).isEqualTo("a\ufffd");
    }

    @Test
    void unknownKindsAndFormatsAreRefused() {
        assertThatThrownBy(() -> LogCodec.decodeBatch(bytes(batch("warp", Map.of()))))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("warp");
        assertThatThrownBy(() -> LogCodec.decodeEntry(ByteBuffer.wrap(new byte[] {9, 0})))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("format 9");
        assertThatThrownBy(() -> LogCodec.decodeEntry(ByteBuffer.wrap(new byte[] {1, 0})))
                .isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> LogCodec.decodeBatch(ByteBuffer.wrap(new byte[] {1, 'a', 'b'})))
                .isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> LogCodec.decodeBatch(ByteBuffer.wrap(new byte[0])))
                .isInstanceOf(UndecodableException.class);
    }

    @Test
    void batchesOfManyCommandsKeepTheirOrder() {
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            commands.add(RandomCommands.createCluster("c" + i));
        }
        byte[] batch = LogCodec.batch(commands.stream().map(LogCodec::encode).toList());
        assertThat(LogCodec.decodeBatch(bytes(batch))).isEqualTo(commands);
    }

    private static ByteBuffer bytes(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    private static byte[] batch(String kind, Map<String, ?> members) {
        var bytes = new ByteArrayOutputStream();
        bytes.write(LogCodec.FORMAT);
        try (var out = Records.CBOR.createGenerator(bytes)) {
            out.writeString(kind);
            out.writePOJO(members);
        }
        return bytes.toByteArray();
    }
}
