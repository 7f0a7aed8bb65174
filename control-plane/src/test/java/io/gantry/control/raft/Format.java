package io.gantry.control.raft;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Transitions;
import io.gantry.control.raft.SnapshotFile.Header;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What one release wrote, kept for ever: a log with a specimen of each command, another one that
 * tells a story, a snapshot with a specimen of each row, and in words what they mean.
 *
 * @param directory named after the release
 */
record Format(Path directory) {
    private static final long STARTED = 1_700_000_000_000L;
    private static final int STORY = 250;

    Path commands() {
        return directory.resolve("commands.log");
    }

    Path story() {
        return directory.resolve("story.log");
    }

    Path snapshot() {
        return directory.resolve("snapshot");
    }

    Path expected() {
        return directory.resolve("expected.txt");
    }

    /** Writes down the format of this very release. */
    void write() throws IOException {
        Files.createDirectories(directory);
        var specimens = new ArrayList<byte[]>();
        for (Command command : Specimens.ofAll(Command.class)) {
            specimens.add(entry(specimens.size(), command));
        }
        writeLog(commands(), specimens);
        writeStory();
        var tables = new SnapshotTables();
        SnapshotTables.types().forEach(type -> tables.add(Specimens.of(type, "row")));
        var header = (Header) Specimens.of(Header.class, "header");
        try (OutputStream out = Files.newOutputStream(snapshot())) {
            SnapshotFile.write(out, header, tables.state(header));
        }
        Files.write(expected(), meaning());
    }

    private void writeStory() throws IOException {
        var random = new RandomCommands(20);
        var entries = new ArrayList<byte[]>();
        ClusterState state = ClusterState.EMPTY;
        for (int i = 0; i < STORY; i++) {
            Command command = random.next(state);
            state = Transitions.apply(state, command, STARTED + i * 1_000L).state();
            entries.add(entry(i, command));
        }
        writeLog(story(), entries);
    }

    private static byte[] entry(int number, Command command) {
        byte[] batch = LogCodec.batch(List.of(LogCodec.encode(command)));
        return LogCodec.entry(STARTED + number * 1_000L, ByteBuffer.wrap(batch));
    }

    private static void writeLog(Path file, List<byte[]> entries) throws IOException {
        try (var out = new DataOutputStream(Files.newOutputStream(file))) {
            for (byte[] entry : entries) {
                out.writeInt(entry.length);
                out.write(entry);
            }
        }
    }

    static List<byte[]> readLog(Path file) throws IOException {
        var entries = new ArrayList<byte[]>();
        try (var in = new DataInputStream(Files.newInputStream(file))) {
            while (in.available() > 0) {
                entries.add(in.readNBytes(in.readInt()));
            }
        }
        return entries;
    }

    /** What this release makes of the files, a line for each fact. */
    List<String> meaning() throws IOException {
        var lines = new ArrayList<String>();
        for (byte[] bytes : readLog(commands())) {
            LogCodec.Entry entry = LogCodec.decodeEntry(ByteBuffer.wrap(bytes));
            Command command = entry.commands().getFirst();
            String name = "command/" + Kinds.COMMANDS.nameOf(command.getClass());
            lines.add(name + "/at=" + entry.proposedAtMillis());
            describe(name, command, lines);
        }
        tellStory(lines);
        describe("snapshot/header", SnapshotFile.scan(snapshot(), row -> {}).header(), lines);
        SnapshotFile.Loaded loaded = SnapshotFile.read(snapshot());
        describe("snapshot", loaded.state(), lines);
        for (Deliveries.Delivery delivery : loaded.deliveries().latest().values().toList()) {
            for (Reply reply : delivery.replies().replies()) {
                String name = Kinds.REPLIES.nameOf(reply.getClass());
                describe("snapshot/reply/" + name, reply, lines);
            }
        }
        return lines;
    }

    private void tellStory(List<String> lines) throws IOException {
        ClusterState state = ClusterState.EMPTY;
        int number = 0;
        for (byte[] bytes : readLog(story())) {
            LogCodec.Entry entry = LogCodec.decodeEntry(ByteBuffer.wrap(bytes));
            Command command = entry.commands().getFirst();
            Outcome outcome = Transitions.apply(state, command, entry.proposedAtMillis());
            state = outcome.state();
            describe("story/reply/" + number, outcome.reply(), lines);
            number++;
        }
        describe("story/header", Header.of(1, number, state, Deliveries.NONE).savedAt(1), lines);
        describe("story", state, lines);
    }

    private static void describe(String path, ClusterState state, List<String> lines) {
        var numbers = new TreeMap<String, Integer>();
        SnapshotTables.forEach(
                state,
                (table, row) -> {
                    int number = numbers.merge(table, 1, Integer::sum);
                    describe(path + '/' + table + '/' + number, row, lines);
                });
        numbers.forEach((table, rows) -> lines.add(path + '/' + table + "/size=" + rows));
    }

    private static void describe(String path, Object value, List<String> lines) {
        var bytes = new ByteArrayOutputStream();
        Records.CBOR.writeValue(bytes, value);
        lines.add(path + " is a " + value.getClass().getSimpleName());
        flatten(path, Records.CBOR.readTree(bytes.toByteArray()), lines);
    }

    private static void flatten(String path, JsonNode node, List<String> lines) {
        if (node.isObject()) {
            var members = new TreeMap<String, JsonNode>();
            node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
            members.forEach((name, member) -> flatten(path + '/' + name, member, lines));
        } else if (node.isArray()) {
            lines.add(path + "/size=" + node.size());
            for (int i = 0; i < node.size(); i++) {
                flatten(path + '/' + i, node.get(i), lines);
            }
        } else if (!path.endsWith("/header/release")) {
            lines.add(path + '=' + node.asString().replace("\n", "\\n"));
        }
    }
}
