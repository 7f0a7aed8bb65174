package io.gantry.launcher;

import ch.qos.logback.classic.Level;
import io.gantry.common.config.SettingsException;
import java.io.PrintWriter;
import java.util.Locale;
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
final class Main implements Runnable {

    @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        var commandLine = new CommandLine(new Main());
        commandLine.setExecutionExceptionHandler(Main::explain);
        commandLine.getSubcommands().values().forEach(Main::addHelp);
        return commandLine;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
    }

    private static void addHelp(CommandLine subcommand) {
        subcommand.getCommandSpec().mixinStandardHelpOptions(true);
        subcommand.getSubcommands().values().forEach(Main::addHelp);
    }

    private static int explain(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        switch (failure) {
            case Failure known -> err.println(known.getMessage());
            case ApiClient.RefusedException refused -> err.println(refused.getMessage());
            case SettingsException settings -> settings.problems().forEach(err::println);
            default -> {
                err.println("This should not have happened:");
                failure.printStackTrace(err);
            }
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** What others log while a command runs is of no interest to those who run it. */
    static void logAt(String level) {
        Level known = Level.toLevel(level.toUpperCase(Locale.ROOT), null);
        if (known == null) {
            throw new Failure("log-level must be one of trace, debug, info, warn, error");
        }
        var root = org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ((ch.qos.logback.classic.Logger) root).setLevel(known);
    }
}
