package io.gantry.control.raft;

import io.gantry.common.disk.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/**
 * Where Ratis keeps the latest entry that says who the members are. On a full disk it may leave an
 * empty file in the place of a sound one.
 */
final class MembersFile {
    private static final String NAME = "raft-meta.conf";

    private MembersFile() {}

    /**
     * Mends the file from the log.
     *
     * @param latest entry of the log that says who the members are; null if the log has none
     * @throws io.gantry.common.disk.DiskException if it is damaged and the log cannot help
     */
    static void mend(Path current, @Nullable LogEntryProto latest) throws IOException {
        Path file = current.resolve(NAME);
        if (!Files.exists(file) || isSound(file)) {
            return;
        }
        if (latest == null) {
            throw LogCheck.damaged(file, "it does not say who the members are");
        }
        WholeFile.write(file, latest.toByteArray());
    }

    private static boolean isSound(Path file) throws IOException {
        try {
            return LogEntryProto.parseFrom(Files.readAllBytes(file)).hasConfigurationEntry();
        } catch (InvalidProtocolBufferException garbled) {
            return false;
        }
    }
}
