package io.gantry.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what runs. */
@Command(name = "status", description = "Show nodes, workers, services and tasks.")
final class StatusCommand implements Callable<Integer> {
    @Mixin private final HomeOption home = new HomeOption();

    @Override
    public Integer call() {
        System.out.print(new StatusReport(Session.open(home.layout())).text());
        return 0;
    }
}
