package io.gantry.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Restarts processes one after the other, so that the installation serves all the time. */
@Command(
        name = "restart",
        description = {
            "Restart nodes and workers one after the other, with this very build of the program.",
            "A node that leads hands leadership over first, and the next one has its turn when the"
                    + " one before has caught up. Tasks run on while their worker restarts."
        })
final class RestartCommand implements Callable<Integer> {
    @Mixin private final HomeOption home = new HomeOption();

    @Parameters(
            arity = "0..*",
            paramLabel = "NODE",
            description = "such as n1 or w2 (default: all nodes, then all workers)")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        Layout layout = home.layout();
        Session session = Session.open(layout);
        Installation installation = session.installation();
        List<Member> chosen =
                names.isEmpty()
                        ? installation.members()
                        : names.stream().distinct().map(installation::member).toList();
        var restart = new RollingRestart(session, new Progress(System.out));
        Exclusive.run(layout, () -> restart.run(ordered(session, chosen)));
        return 0;
    }

    /** Nodes before workers, and the leader as the last of the nodes: it has to move only once. */
    private static List<Member> ordered(Session session, List<Member> chosen) {
        var followers = new ArrayList<Member>();
        var leaders = new ArrayList<Member>();
        for (Member member : chosen) {
            if (member.isNode()) {
                (RollingRestart.leads(session, member) ? leaders : followers).add(member);
            }
        }
        followers.addAll(leaders);
        chosen.stream().filter(member -> !member.isNode()).forEach(followers::add);
        return followers;
    }
}
