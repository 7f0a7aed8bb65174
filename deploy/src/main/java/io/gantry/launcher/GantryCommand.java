package io.gantry.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The command {@code gantry}. Exit codes: 0 done, 1 failed and said why, 2 not understood. */
@Command(
        name = "gantry",
        description = "Amazon ECS on your own machines.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        subcommands = {
            QuickstartCommand.class,
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            TasksCommand.class,
            TaskCommand.class,
            LogsCommand.class,
            ExecCommand.class,
            WorkersCommand.class,
            DrainCommand.class,
            WhyCommand.class,
            PlanCommand.class,
            InterruptCommand.class,
            KillCommand.class,
            ChaosCommand.class,
            MembersCommand.class,
            RecoverCommand.class,
            RestartCommand.class,
            SnapshotCommand.class,
            TransferLeadershipCommand.class,
            VersionCommand.class,
            ControlPlaneCommand.class,
            WorkerCommand.class
        })
final class GantryCommand implements Runnable {

    @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

    private GantryCommand() {}

    static CommandLine commandLine() {
        var commandLine = new CommandLine(new GantryCommand());
        commandLine.setExecutionExceptionHandler(GantryCommand::explain);
        commandLine.getSubcommands().values().forEach(GantryCommand::addHelp);
        return commandLine;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
    }

    private static void addHelp(CommandLine subcommand) {
        subcommand.getCommandSpec().mixinStandardHelpOptions(true);
        subcommand.getSubcommands().values().forEach(GantryCommand::addHelp);
    }

    private static int explain(Exception failure, CommandLine command, ParseResult arguments) {
        return Explanation.give(failure, command.getErr());
    }
}
