package io.gantry.control.raft;

import io.gantry.common.table.SortedTable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The latest batch of each {@link Carrier} and what came of it, so that a batch which is offered
 * again is answered again instead of being applied again. Ratis remembers answers too, but begins
 * anew with a snapshot; this is part of the snapshot.
 *
 * <p>One batch is enough, since a carrier offers the next one only when it has an answer to the one
 * before or has given it up.
 */
record Deliveries(SortedTable<UUID, Delivery> latest) {
    static final Deliveries NONE = new Deliveries(SortedTable.empty());

    /** By the log's time. Far longer than anybody offers a batch. */
    static final long KEPT_MILLIS = 10L * 60 * 1000;

    /** The batch with number {@code call} of a carrier. */
    record Delivery(UUID carrier, long call, long atMillis, Replies replies) {}

    /** A delivery in a snapshot, with its replies as the log would have them. */
    record Row(UUID carrier, long call, long atMillis, ByteBuffer replies) {}

    /** What a batch was answered if it has been applied, or is too late; null if it is to be. */
    @Nullable Replies answered(StateMachineLogEntryProto entry) {
        Delivery known = latest.get(carrier(entry));
        if (known == null || known.call() < entry.getCallId()) {
            return null;
        }
        return known.call() == entry.getCallId() ? known.replies() : new Replies(List.of());
    }

    /** After a batch was applied. */
    Deliveries plus(StateMachineLogEntryProto entry, long nowMillis, Replies replies) {
        UUID carrier = carrier(entry);
        var edit = latest.edit();
        if (latest.get(carrier) == null) {
            // Carriers of processes that are gone.
            latest.values()
                    .filter(each -> each.atMillis() + KEPT_MILLIS < nowMillis)
                    .toList()
                    .forEach(each -> edit.remove(each.carrier()));
        }
        edit.put(carrier, new Delivery(carrier, entry.getCallId(), nowMillis, replies));
        return new Deliveries(edit.done());
    }

    private static UUID carrier(StateMachineLogEntryProto entry) {
        ByteString id = entry.getClientId();
        ByteBuffer bytes = id.asReadOnlyByteBuffer();
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    List<Row> rows() {
        return latest.values()
                .map(
                        each ->
                                new Row(
                                        each.carrier(),
                                        each.call(),
                                        each.atMillis(),
                                        ByteBuffer.wrap(
                                                LogCodec.encodeReplies(each.replies().replies()))))
                .toList();
    }

    static Deliveries of(List<Row> rows) {
        var edit = NONE.latest.edit();
        for (Row row : rows) {
            var replies = new Replies(LogCodec.decodeReplies(row.replies()));
            edit.put(
                    row.carrier(),
                    new Delivery(row.carrier(), row.call(), row.atMillis(), replies));
        }
        return new Deliveries(edit.done());
    }
}
