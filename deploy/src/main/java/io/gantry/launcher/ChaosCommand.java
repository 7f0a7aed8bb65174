package io.gantry.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Breaks parts of an installation for a while, and tells how the rest copes. */
@Command(
        name = "chaos",
        description = {
            "Break a part of this machine's installation for a while, under a steady load of API"
                    + " calls, and report how the rest copes.",
            "",
            "Four clients read and write at all nodes, 80 calls a second in all; what fails is"
                    + " tried twice more at other nodes, as SDKs do. If there is no service to"
                    + " watch, one of a few idle tasks is made for the time. Faults are always"
                    + " undone: after --for, on Ctrl-C, and by the next gantry command if this one"
                    + " is killed.",
            "",
            "DETECTED: the others follow another leader, or the worker counts as disconnected."
                    + " RECOVERED: a write begun after the fault succeeded; of workers, their tasks"
                    + " run elsewhere, or they are back. WRITE GAP: the longest time between two"
                    + " acknowledged writes. REPLACED: new tasks of services. WELL AFTER: from the"
                    + " end of the fault until all nodes, workers and services are complete.",
            "",
            "Examples:",
            "  gantry chaos kill leader --times 20 --for 3s",
            "  gantry chaos pause any-worker --for 90s",
            "  gantry chaos partition n1 --from n2 --for 10s",
            "  gantry chaos slow-disk n1 n2 --delay 200ms",
            "  gantry chaos clock-skew leader --by -10m",
            ""
        },
        subcommands = {
            ChaosCommand.Kill.class,
            ChaosCommand.Pause.class,
            ChaosCommand.Partition.class,
            ChaosCommand.SlowDisks.class,
            ChaosCommand.ClockSkew.class,
            ChaosCommand.Heal.class
        })
final class ChaosCommand implements Runnable {
    @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which fault?");
    }

    /** {@code gantry chaos kill}. */
    @Command(
            name = "kill",
            description = "SIGKILL; the process is started again after the time of --for.")
    static final class Kill implements Callable<Integer> {
        @Mixin private final ChaosOptions options = new ChaosOptions();

        @Override
        public Integer call() {
            return options.run(new Fault.Kill());
        }
    }

    /** {@code gantry chaos pause}. */
    @Command(
            name = "pause",
            description =
                    "SIGSTOP, and SIGCONT after the time of --for. Tasks of a worker run on, as"
                            + " they are processes of their own.")
    static final class Pause implements Callable<Integer> {
        @Mixin private final ChaosOptions options = new ChaosOptions();

        @Override
        public Integer call() {
            return options.run(new Fault.Pause());
        }
    }

    /** {@code gantry chaos partition}. */
    @Command(
            name = "partition",
            description = {
                "Lose all packets between the named nodes and the others, also on connections that"
                        + " are open. Clients still reach all nodes, and workers their engines.",
                "Needs root and nft (Debian: apt-get install nftables), and an installation that"
                        + " root started."
            })
    static final class Partition implements Callable<Integer> {
        @Mixin private final ChaosOptions options = new ChaosOptions();

        @Option(
                names = "--from",
                paramLabel = "NODE",
                split = ",",
                description = "the other side of the cut, such as n2,w1 (default: all others)")
        private List<String> from = new ArrayList<>();

        @Option(
                names = "--one-way",
                description =
                        "only what the named nodes send is lost; what is sent to them arrives")
        private boolean oneWay;

        @Override
        public Integer call() {
            return options.run(
                    new Fault.Partition(from.isEmpty() ? null : options.members(from), oneWay));
        }
    }

    /** {@code gantry chaos slow-disk}. */
    @Command(
            name = "slow-disk",
            description = {
                "Delay each fsync and its like.",
                "Needs strace (Debian: apt-get install strace) and the right to trace the processes."
            })
    static final class SlowDisks implements Callable<Integer> {
        @Mixin private final ChaosOptions options = new ChaosOptions();

        @Option(
                names = "--delay",
                paramLabel = "DURATION",
                converter = ChaosOptions.Span.class,
                defaultValue = "200ms",
                description = "of each fsync (default: ${DEFAULT-VALUE})")
        private Duration delay = Duration.ofMillis(200);

        @Override
        public Integer call() {
            return options.run(
                    new Fault.SlowDisk(
                            ChaosOptions.inRange(
                                    "--delay",
                                    delay,
                                    Duration.ofMillis(1),
                                    Duration.ofMinutes(1))));
        }
    }

    /** {@code gantry chaos clock-skew}. */
    @Command(
            name = "clock-skew",
            description = {
                "Shift the wall clock that Gantry's own code of the process sees, within a second"
                        + " of the fault; measured time goes on as ever.",
                "Container engines and tasks keep the machine's clock."
            })
    static final class ClockSkew implements Callable<Integer> {
        @Mixin private final ChaosOptions options = new ChaosOptions();

        @Option(
                names = "--by",
                paramLabel = "DURATION",
                converter = ChaosOptions.Span.class,
                defaultValue = "1m",
                description = "such as 90s or -10m (default: ${DEFAULT-VALUE})")
        private Duration by = Duration.ofMinutes(1);

        @Override
        public Integer call() {
            if (by.isZero()) {
                throw new Failure("--by 0 shifts no clock.");
            }
            Duration most = Duration.ofDays(3_650);
            return options.run(
                    new Fault.ClockSkew(ChaosOptions.inRange("--by", by, most.negated(), most)));
        }
    }

    /** {@code gantry chaos heal}. */
    @Command(
            name = "heal",
            description = "Undo what a chaos command left behind that was killed itself.")
    static final class Heal implements Callable<Integer> {
        @Mixin private final HomeOption home = new HomeOption();

        @Override
        public Integer call() {
            Session session = Session.open(home.layout());
            var healing = new Healing(session);
            Exclusive.run(
                    home.layout(),
                    () -> {
                        if (!healing.isNeeded()) {
                            System.out.println("There is nothing to undo.");
                        }
                        healing.run(true).forEach(System.out::println);
                        healing.removeProbe().forEach(System.out::println);
                    });
            return 0;
        }
    }
}
