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
        Session session = Session.open(home.layout());
        var healing = new Healing(session);
        if (healing.isNeeded()) {
            // Whoever does faults holds the lock, so what is found without it was left behind.
            Exclusive.tryRun(home.layout(), () -> healing.run(true).forEach(System.out::println));
        }
        System.out.print(new StatusReport(session).text());
        return 0;
    }
}
