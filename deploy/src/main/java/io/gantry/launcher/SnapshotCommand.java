package io.gantry.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Snapshots of an installation in files of their own. */
@Command(
        name = "snapshot",
        description = {
            "Save all that the control plane knows to a file, look at such a file, or begin anew"
                    + " with it.",
            "A snapshot holds the root key of the installation: keep it as you keep the key."
        },
        subcommands = {
            SnapshotSaveCommand.class,
            SnapshotInspectCommand.class,
            SnapshotRestoreCommand.class
        })
final class SnapshotCommand implements Runnable {
    @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "Which one: save, inspect or restore?");
    }
}
