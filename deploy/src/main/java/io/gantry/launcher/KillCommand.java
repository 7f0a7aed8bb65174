package io.gantry.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Ends processes the hard way, to see what the others make of it. */
@Command(
        name = "kill",
        description = {
            "Kill nodes or workers with SIGKILL, to see how the rest copes.",
            "\"gantry up\" starts them again."
        })
final class KillCommand implements Callable<Integer> {
    @Mixin private final HomeOption home = new HomeOption();

    @Parameters(arity = "1..*", paramLabel = "NODE", description = "such as n1 or w2")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        Layout layout = home.layout();
        Installation installation = Installation.open(layout);
        var supervisor = new Supervisor(layout, Distribution.own());
        List<Member> members = names.stream().map(installation::member).toList();
        for (Member member : members) {
            ProcessId process = supervisor.find(member);
            if (process == null) {
                throw new Failure(member.name() + " does not run.");
            }
            process.kill();
            System.out.printf("%s (pid %d) killed%n", member.name(), process.pid());
        }
        return 0;
    }
}
