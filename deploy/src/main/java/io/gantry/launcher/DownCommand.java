package io.gantry.launcher;

import io.gantry.launcher.Member.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Stops an installation with its tasks. */
@Command(
        name = "down",
        description = {
            "Stop all processes and tasks of this machine's installation; data is kept.",
            "The next \"gantry up\" brings the services back."
        })
final class DownCommand implements Callable<Integer> {
    private static final Duration LIMIT =
            Distribution.isTraining() ? Duration.ofMinutes(3) : Duration.ofSeconds(10);

    @Mixin private final HomeOption home = new HomeOption();

    @Option(names = "--wipe", description = "remove all data too")
    private boolean wipe;

    @Override
    public Integer call() {
        Layout layout = home.layout();
        if (!Installation.exists(layout)) {
            System.out.println("Nothing is installed in " + layout.home());
            return 0;
        }
        var progress = new Progress(System.out);
        var supervisor = new Supervisor(layout, Distribution.own());
        var session = new Session(Installation.open(layout), supervisor);
        Exclusive.run(
                layout,
                () -> {
                    // A process that is stopped does not hear that it should end.
                    new Healing(session).run(false).forEach(progress::done);
                    stop(supervisor, session.installation(), progress);
                });
        if (wipe) {
            layout.wipe();
            progress.done("data removed");
        }
        return 0;
    }

    private static void stop(Supervisor supervisor, Installation installation, Progress progress) {
        // Workers go first: they would report their tasks' end, and replacements would start.
        end(Kind.WORKER, supervisor, installation, progress);
        int tasks = new Leftovers(installation).stop();
        String what =
                installation.engine() == Installation.EngineKind.DOCKER
                        ? "containers"
                        : "processes of tasks";
        progress.done("%d %s removed".formatted(tasks, what));
        end(Kind.CONTROL_PLANE, supervisor, installation, progress);
    }

    private static void end(
            Kind kind, Supervisor supervisor, Installation installation, Progress progress) {
        List<Member> running =
                supervisor.running(
                        installation.members().stream().filter(m -> m.kind() == kind).toList());
        if (running.isEmpty()) {
            return;
        }
        List<ProcessId> processes =
                running.stream().map(supervisor::find).filter(Objects::nonNull).toList();
        processes.forEach(ProcessId::terminate);
        String ended =
                Patience.await(
                        LIMIT,
                        () -> processes.stream().anyMatch(ProcessId::runs) ? null : "stopped");
        processes.forEach(ProcessId::kill);
        String how = ended == null ? "killed, as they did not stop" : ended;
        progress.done(Startup.names(running) + " " + how);
    }
}
