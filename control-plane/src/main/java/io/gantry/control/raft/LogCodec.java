package io.gantry.control.raft;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The bytes of the log. A batch is a format byte and, for each command, its kind and its members as
 * two CBOR items; an entry is a batch with the leader's time after the format byte. Replies travel
 * like batches.
 */
final class LogCodec {

    /** Raised only if entries are laid out anew; new commands and members do not need it. */
    static final byte FORMAT = 1;

    private static final int ENTRY_HEADER_BYTES = 1 + Long.BYTES;
    private static final int USUAL_BYTES = 512;

    private LogCodec() {}

    /** One command as it stands in a batch. */
    static byte[] encode(Command command) {
        return item(Kinds.COMMANDS, command);
    }

    /** Feature level from which on a command may enter the log. */
    static int levelOf(Command command) {
        int level = Kinds.COMMANDS.levelOf(command.getClass());
        return command instanceof Command.Once once
                ? Math.max(level, levelOf(once.command()))
                : level;
    }

    /** A batch of commands that were encoded one by one. */
    static byte[] batch(List<byte[]> commands) {
        int length = 1 + commands.stream().mapToInt(command -> command.length).sum();
        ByteBuffer batch = ByteBuffer.allocate(length).put(FORMAT);
        commands.forEach(batch::put);
        return batch.array();
    }

    /** The entry that the leader makes of a batch. */
    static byte[] entry(long proposedAtMillis, ByteBuffer batch) {
        checkFormat(batch);
        return ByteBuffer.allocate(batch.remaining() + Long.BYTES)
                .put(FORMAT)
                .putLong(proposedAtMillis)
                .put(batch.slice(batch.position() + 1, batch.remaining() - 1))
                .array();
    }

    static Entry decodeEntry(ByteBuffer entry) {
        checkFormat(entry);
        if (entry.remaining() < ENTRY_HEADER_BYTES) {
            throw new UndecodableException("entry of only " + entry.remaining() + " bytes");
        }
        long proposedAtMillis = entry.getLong(entry.position() + 1);
        return new Entry(proposedAtMillis, items(Kinds.COMMANDS, entry, ENTRY_HEADER_BYTES));
    }

    static List<Command> decodeBatch(ByteBuffer batch) {
        checkFormat(batch);
        return items(Kinds.COMMANDS, batch, 1);
    }

    static byte[] encodeReplies(List<Reply> replies) {
        return batch(replies.stream().map(reply -> item(Kinds.REPLIES, reply)).toList());
    }

    static List<Reply> decodeReplies(ByteBuffer replies) {
        checkFormat(replies);
        return items(Kinds.REPLIES, replies, 1);
    }

    /** The commands of an entry and the time at which the leader took them. */
    record Entry(long proposedAtMillis, List<Command> commands) {}

    private static void checkFormat(ByteBuffer bytes) {
        if (!bytes.hasRemaining() || bytes.get(bytes.position()) != FORMAT) {
            throw new UndecodableException(
                    bytes.hasRemaining()
                            ? "entry of format " + bytes.get(bytes.position())
                            : "empty entry");
        }
    }

    private static <T> byte[] item(Kinds<T> kinds, T value) {
        var bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator out = Records.CBOR.createGenerator(bytes)) {
            out.writeString(kinds.nameOf(value.getClass()));
            out.writePOJO(value);
        }
        return bytes.toByteArray();
    }

    private static <T> List<T> items(Kinds<T> kinds, ByteBuffer bytes, int skip) {
        var copy = new byte[bytes.remaining() - skip];
        bytes.get(bytes.position() + skip, copy);
        var items = new ArrayList<T>();
        try (JsonParser in = Records.CBOR.createParser(copy)) {
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                Class<? extends T> type = kinds.typeOf(in.getString());
                in.nextToken();
                items.add(in.readValueAs(type));
            }
        } catch (JacksonException malformed) {
            throw new UndecodableException("cannot read an entry", malformed);
        }
        return items;
    }
}
