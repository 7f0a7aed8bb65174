package io.gantry.launcher;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what tasks have logged, or the ends of the logs of nodes and workers. */
@Command(
        name = "logs",
        description = {
            "Print what the containers of a task have logged.",
            "Named nodes or workers (n1, w2) instead of a task, or nothing at all: the latest log"
                    + " lines of these processes, or of all."
        })
final class LogsCommand implements Callable<Integer> {
    private static final long STEP_MILLIS = 200;
    private static final int LINES_OF_A_PROCESS = 50;

    /** No task's id begins like this: it has hexadecimal digits only. */
    private static final Pattern MEMBER = Pattern.compile("[nw][0-9]+");

    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Parameters(
            arity = "0..*",
            paramLabel = "TASK [CONTAINER] | NODE",
            description =
                    "a task by its ARN, id or the beginning of its id, and one of its containers;"
                            + " or processes such as n1 or w2")
    private List<String> names = List.of();

    @Option(
            names = {"-f", "--follow"},
            description = "print new lines until interrupted")
    private boolean follow;

    @Option(
            names = {"-n", "--lines", "--tail"},
            paramLabel = "N",
            description = "how many of each (default: 50 of a process, all of a container)")
    private @Nullable Integer lines;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "of a task: only what is newer, such as 10m, 2h or 2026-01-31T12:00:00Z")
    private @Nullable String since;

    @Option(
            names = {"-t", "--timestamps"},
            description = "of a task: when each line was logged")
    private boolean timestamps;

    @Override
    public Integer call() {
        if (lines != null && lines < 0) {
            throw new Failure("--lines must not be negative.");
        }
        boolean ofMembers = names.stream().allMatch(name -> MEMBER.matcher(name).matches());
        if (!ofMembers || remote.elsewhere()) {
            return ofTask();
        }
        if (since != null || timestamps) {
            throw new Failure("--since and --timestamps are for logs of tasks.");
        }
        return ofMembers();
    }

    private int ofTask() {
        if (names.isEmpty() || names.size() > 2) {
            throw new Failure("Name one task, and one of its containers or none.");
        }
        Long sinceSeconds =
                since == null ? null : Times.since(since, Instant.now()).getEpochSecond();
        var wish = new TaskLogs.Wish(follow, lines, sinceSeconds, timestamps);
        return new TaskLogs(remote.open(), remote.cluster(), wish)
                .print(names.getFirst(), names.size() == 2 ? names.getLast() : null);
    }

    private int ofMembers() {
        Layout layout = remote.layout();
        Installation installation = Installation.open(layout);
        List<Member> members =
                names.isEmpty()
                        ? installation.members()
                        : names.stream().map(installation::member).toList();
        int count = lines == null ? LINES_OF_A_PROCESS : lines;
        Map<Member, LogFile> files = new LinkedHashMap<>();
        members.forEach(member -> files.put(member, LogFile.fromEnd(layout.log(member))));
        for (Member member : members) {
            print(member, members, LogFile.lastLines(layout.log(member), count));
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
