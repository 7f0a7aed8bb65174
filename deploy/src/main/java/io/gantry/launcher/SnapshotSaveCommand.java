package io.gantry.launcher;

import io.gantry.control.raft.Backup;
import io.gantry.control.raft.Backup.Summary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

/** Saves a running installation's state. */
@Command(
        name = "save",
        mixinStandardHelpOptions = true,
        description = {
            "Save the state of a running control plane to a file: everything that was acknowledged"
                    + " before the call, as of one entry of the log. Work goes on meanwhile.",
            "The file holds the root key, and only its owner can read it."
        })
final class SnapshotSaveCommand implements Callable<Integer> {
    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Parameters(paramLabel = "FILE", description = "where to save it")
    private Path file = Path.of("");

    @Option(names = "--force", description = "replace the file if it is there")
    private boolean force;

    @Override
    public Integer call() {
        Path target = file.toAbsolutePath().normalize();
        if (Files.exists(target) && !force) {
            throw new Failure("%s is there already; --force replaces it.".formatted(target));
        }
        long began = System.nanoTime();
        ApiClient api = remote.open().api();
        try {
            Summary saved = save(api, target);
            System.out.printf(
                    "%s saved in %.1f s.%n",
                    target, Duration.ofNanos(System.nanoTime() - began).toMillis() / 1e3);
            System.out.print(SnapshotSummary.text(saved));
            System.out.println("It holds the root key: keep it as you keep the key.");
        } catch (IOException failed) {
            throw new Failure(
                    "The snapshot could not be saved: %s".formatted(failed.getMessage()), failed);
        }
        return 0;
    }

    /** The file is there as a whole, and found to be sound, or not at all. */
    private static Summary save(ApiClient api, Path target) throws IOException {
        Path fresh =
                Files.createTempFile(
                        target.getParent(),
                        target.getFileName().toString(),
                        ".partial",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            api.download("snapshot", JsonNodeFactory.instance.objectNode(), fresh);
            Summary saved = Backup.inspect(fresh);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            return saved;
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
