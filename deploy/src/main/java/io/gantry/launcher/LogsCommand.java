package io.gantry.launcher;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the ends of logs. */
@Command(name = "logs", description = "Print the latest log lines of all or of some processes.")
final class LogsCommand implements Callable<Integer> {
    private static final long STEP_MILLIS = 200;

    @Mixin private final HomeOption home = new HomeOption();

    @Parameters(arity = "0..*", paramLabel = "NODE", description = "such as n1 or w2")
    private List<String> names = List.of();

    @Option(
            names = {"-f", "--follow"},
            description = "print new lines until interrupted")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            description = "how many of each (default: ${DEFAULT-VALUE})")
    private int lines = 50;

    @Override
    public Integer call() {
        Layout layout = home.layout();
        Installation installation = Installation.open(layout);
        List<Member> members =
                names.isEmpty()
                        ? installation.members()
                        : names.stream().map(installation::member).toList();
        Map<Member, LogFile> files = new LinkedHashMap<>();
        members.forEach(member -> files.put(member, LogFile.fromEnd(layout.log(member))));
        for (Member member : members) {
            print(member, members, LogFile.lastLines(layout.log(member), lines));
        }
        while (follow) {
            files.forEach((member, file) -> print(member, members, file.newLines()));
            Patience.rest(STEP_MILLIS);
        }
        return 0;
    }

    private static void print(Member member, List<Member> all, List<String> lines) {
        String prefix = all.size() == 1 ? "" : member.name() + "  ";
        lines.forEach(line -> System.out.println(prefix + line));
    }
}
