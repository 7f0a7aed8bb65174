package io.gantry.launcher;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Undoes what a chaos command left behind that was killed itself. Needs the installation's lock.
 */
final class Healing {
    private final Session session;
    private final FaultJournal journal;

    Healing(Session session) {
        this.session = session;
        journal = new FaultJournal(session.installation().layout());
    }

    boolean isNeeded() {
        return journal.hasProbe() || !journal.active().isEmpty();
    }

    /**
     * What was done, a line each.
     *
     * @param restart whether processes that were killed are started again
     */
    List<String> run(boolean restart) {
        return new Faults(session)
                .heal(restart).stream()
                        .map(
                                fault ->
                                        "left-over %s of %s undone"
                                                .formatted(
                                                        fault.text(),
                                                        String.join(", ", fault.members())))
                        .collect(Collectors.toList());
    }

    /** Removes what was made for the load, where a node answers. */
    List<String> removeProbe() {
        if (!journal.hasProbe()) {
            return List.of();
        }
        new ChaosProbe(session).remove();
        return List.of("what was made for the load is removed");
    }

    /** The active faults; empty where there are none. */
    static Table table(Layout layout) {
        var table = new Table("FAULT", "OF", "SINCE", "ENDS");
        for (ActiveFault fault : new FaultJournal(layout).active()) {
            long age = System.currentTimeMillis() - fault.sinceMillis();
            long left = fault.forMillis() - age;
            table.row(
                    fault.text(),
                    String.join(", ", fault.members()),
                    ChaosReport.millis(age) + " ago",
                    left > 0 ? "in " + ChaosReport.millis(left) : "now");
        }
        return table;
    }
}
