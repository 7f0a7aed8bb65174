package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A group of its own for each process that root starts. All of them talk over one loopback as one
 * user, so the group is what tells the machine's packet filter whose packets are whose.
 */
final class MemberGroup {
    // Above what people, packages and containers are given, below what systemd keeps for itself.
    private static final long FIRST = 1_700_000_000L;

    private MemberGroup() {}

    /** Ports are taken by one process of the machine only, so no two groups are the same. */
    static long of(Member member) {
        return FIRST + member.port();
    }

    /** What a command begins with to run in the member's group; nothing where that cannot be. */
    static List<String> prefix(Member member) {
        List<String> prefix =
                List.of("setpriv", "--regid", String.valueOf(of(member)), "--keep-groups");
        return Tool.isRoot() && Tool.succeeds(prefix, "true") ? prefix : List.of();
    }

    /** Whether the process was started in the member's group. */
    static boolean holds(Member member, ProcessId process) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith("Gid:")) {
                    return List.of(line.split("\\s+", -1)).contains(String.valueOf(of(member)));
                }
            }
            return false;
        } catch (IOException gone) {
            return false;
        }
    }
}
