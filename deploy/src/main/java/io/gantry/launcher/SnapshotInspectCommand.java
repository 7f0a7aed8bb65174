package io.gantry.launcher;

import io.gantry.control.raft.Backup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Looks at a snapshot. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Check a snapshot from one end to the other and tell what is in it.")
final class SnapshotInspectCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "a saved snapshot, or one of a node's own")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        try {
            System.out.println(file);
            System.out.print(SnapshotSummary.text(Backup.inspect(file)));
            return 0;
        } catch (IOException unsound) {
            throw new Failure(
                    "This snapshot cannot be used: %s".formatted(unsound.getMessage()), unsound);
        }
    }
}
