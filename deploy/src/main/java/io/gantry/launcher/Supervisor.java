package io.gantry.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Starts and finds the processes of an installation; their pid files outlive the launcher. */
final class Supervisor {
    // Of the shell that calls us; a process that took them would pose as another one.
    private static final Set<String> OWN_SETTINGS =
            Set.of(
                    "GANTRY_HOME",
                    "GANTRY_NODE_ID",
                    "GANTRY_PEERS",
                    "GANTRY_JOIN",
                    "GANTRY_ADDRESS",
                    "GANTRY_DATA_DIR",
                    "GANTRY_LISTEN",
                    "GANTRY_PUBLIC_URL",
                    "GANTRY_ROOT_CREDENTIALS",
                    "GANTRY_CREDENTIALS_FILE",
                    "GANTRY_ENDPOINTS",
                    "GANTRY_ENGINE",
                    "GANTRY_CPU",
                    "GANTRY_MEMORY",
                    "GANTRY_METADATA_PORT");

    // Where no processor was to spare, 15 leaders were replaced within 1.0 s; within 2.0 s when
    // nodes
    // had to wait for their turn.
    private static final List<String> BEFORE_OTHERS = List.of("nice", "-n", "-5");

    // The address as such: the name of the loopback may stand for an IPv6 one.
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral(Member.HOST);

    private final Layout layout;
    private final Distribution distribution;

    Supervisor(Layout layout, Distribution distribution) {
        this.layout = layout;
        this.distribution = distribution;
    }

    @Nullable ProcessId find(Member member) {
        ProcessId known;
        try {
            known = ProcessId.parse(Files.readString(layout.pid(member)));
        } catch (IOException neverStarted) {
            return null;
        }
        return known != null && known.runs() ? known : null;
    }

    List<Member> running(List<Member> members) {
        return members.stream().filter(member -> find(member) != null).toList();
    }

    /** Says of every port that is taken by others, and by whom it is wanted. */
    static void checkPorts(List<Member> members) {
        var taken = new ArrayList<String>();
        for (Member member : members) {
            for (int port : member.ports()) {
                if (!isFree(port)) {
                    taken.add(
                            "Port %d, which %s needs, is taken; \"ss -ltnp 'sport = :%d'\" tells by whom."
                                    .formatted(port, member.name(), port));
                }
            }
        }
        if (!taken.isEmpty()) {
            taken.add("Free it, or choose others with \"--port\" (a new installation only).");
            throw new Failure(String.join(System.lineSeparator(), taken));
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(LOOPBACK, port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** The process runs on when the launcher and its terminal are gone. */
    ProcessId start(Member member) {
        var command = new ArrayList<String>();
        command.add("setsid");
        command.addAll(priority(member));
        command.addAll(MemberGroup.prefix(member));
        command.addAll(distribution.command(member.kind(), layout.log(member)));
        command.addAll(List.of("--config", layout.config(member).toString()));
        Path output = layout.output(member);
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(OWN_SETTINGS);
        environment.put("GANTRY_CLOCK_OFFSET_FILE", layout.clockOffset(member).toString());
        try {
            Files.createDirectories(layout.data(member));
            Process process = builder.start();
            ProcessId id = ProcessId.of(process.pid());
            if (id == null) {
                throw new Failure(member.name() + " ended at once; see " + output);
            }
            Layout.write(layout.pid(member), id + "\n");
            return id;
        } catch (IOException refused) {
            String message = "%s cannot start: %s".formatted(member.name(), refused.getMessage());
            throw new Failure(message, refused);
        }
    }

    /** What a command begins with for a node, where that may be, to come before tasks. */
    private static List<String> priority(Member member) {
        return member.isNode() && Tool.isRoot() && Tool.succeeds(BEFORE_OTHERS, "true")
                ? BEFORE_OTHERS
                : List.of();
    }

    /** What a process that ended by itself said last. */
    String lastWords(Member member) {
        return "%s stopped. The end of %s:%n%s"
                .formatted(
                        member.name(),
                        layout.log(member),
                        String.join(System.lineSeparator(), lastLines(member)));
    }

    private List<String> lastLines(Member member) {
        var lines = new ArrayList<String>();
        for (Path file : List.of(layout.log(member), layout.output(member))) {
            lines.addAll(LogFile.lastLines(file, 8));
        }
        return lines;
    }
}
