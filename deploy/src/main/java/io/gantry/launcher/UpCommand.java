package io.gantry.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts an installation, or what of it does not run. */
@Command(
        name = "up",
        description = "Start the nodes and workers of this machine that do not run yet.")
final class UpCommand implements Callable<Integer> {
    @Mixin private final HomeOption home = new HomeOption();
    @Mixin private final ShapeOptions shape = new ShapeOptions();

    @Override
    public Integer call() {
        var progress = new Progress(System.out);
        Layout layout = home.layout();
        Exclusive.run(layout, () -> start(layout, progress));
        return 0;
    }

    private void start(Layout layout, Progress progress) {
        Installation installation = shape.installation(layout, false);
        var session = new Session(installation, new Supervisor(layout, Distribution.own()));
        new Healing(session).run(false).forEach(progress::done);
        new Startup(session, progress).run();
        System.out.println();
        System.out.print(new StatusReport(session).text());
    }
}
