package io.gantry.launcher;

import io.gantry.control.raft.Backup;
import io.gantry.control.raft.Backup.Summary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets a new installation begin with a snapshot. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Let a new installation begin with a snapshot: the one of this machine, which \"gantry"
                    + " up\" then starts, or nodes with other data directories.",
            "Nothing is restored over data that is there, and nothing is changed if the file is"
                    + " not sound."
        })
final class SnapshotRestoreCommand implements Callable<Integer> {
    private static final String WHAT_HAPPENS =
            """
            What happens when the nodes start:
              - The installation is what it was at that entry of the log; what was done later is lost.
                Region, account and root key are those of the snapshot.
              - No worker counts as connected. Those that the snapshot knows connect again under
                their ARNs, keep the tasks that it knows, and are told to stop all others.
              - Workers that registered later are not known; they have to register anew.
              - The log's time goes on from the snapshot's time and is never set back: what fell due
                meanwhile (kept stopped tasks, client tokens, protections) is over at once.
            Make sure that no node of the former installation runs any more.
            """;

    @Mixin private final HomeOption home = new HomeOption();
    @Mixin private final ShapeOptions shape = new ShapeOptions();

    @Parameters(paramLabel = "FILE", description = "a saved snapshot")
    private Path file = Path.of("");

    @Option(
            names = "--data-dir",
            paramLabel = "DIRECTORY",
            description = {
                "data directory of a node that has not run yet, instead of this machine's"
                        + " installation; may be given several times",
                "Restore the same file for all nodes of a new group, at least for most of them,"
                        + " before the first one starts; the others are sent the state."
            })
    private List<Path> directories = new ArrayList<>();

    @Override
    public Integer call() {
        try {
            // Before an installation is made for it.
            Backup.inspect(file);
            if (directories.isEmpty()) {
                Layout layout = home.layout();
                Exclusive.run(layout, () -> restoreHere(layout));
            } else {
                report(Backup.restore(file, directories), directories);
                System.out.println(
                        "Restore the same file for the other nodes, then start them all.");
            }
            return 0;
        } catch (IOException refused) {
            throw refusal(refused);
        }
    }

    private static Failure refusal(IOException refused) {
        return new Failure("Nothing was restored: " + refused.getMessage(), refused);
    }

    private void restoreHere(Layout layout) {
        Installation installation = shape.installation(layout, false);
        List<Path> data = installation.controlPlane().stream().map(layout::data).toList();
        try {
            report(Backup.restore(file, data), data);
        } catch (IOException refused) {
            throw refusal(refused);
        }
        System.out.println("Now start it: gantry up");
    }

    private void report(Summary restored, List<Path> places) {
        System.out.printf("%s is ready for %d node(s) to begin with.%n", file, places.size());
        System.out.print(SnapshotSummary.text(restored));
        System.out.print(WHAT_HAPPENS);
    }
}
