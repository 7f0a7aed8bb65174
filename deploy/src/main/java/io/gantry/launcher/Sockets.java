package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The TCP connections of a process, as the kernel lists them. */
final class Sockets {
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;
    private static final int HEXADECIMAL = 16;

    private Sockets() {}

    /** The ports of the two ends of a connection. */
    record Pair(int local, int remote) {}

    /** Empty of a process that is gone. */
    static List<Pair> of(ProcessId process) {
        Set<String> inodes = inodes(process);
        var pairs = new ArrayList<Pair>();
        for (String table : List.of("tcp", "tcp6")) {
            try {
                for (String line :
                        Files.readAllLines(
                                Path.of("/proc/%d/net/%s".formatted(process.pid(), table)))) {
                    Pair pair = pair(line, inodes);
                    if (pair != null) {
                        pairs.add(pair);
                    }
                }
            } catch (IOException gone) {
                return pairs;
            }
        }
        return pairs;
    }

    /** Null unless the line is about a connection of one of these. */
    static @Nullable Pair pair(String line, Set<String> inodes) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length <= INODE || !inodes.contains(fields[INODE])) {
            return null;
        }
        var pair = new Pair(port(fields[LOCAL]), port(fields[REMOTE]));
        return pair.remote() == 0 ? null : pair;
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), HEXADECIMAL);
    }

    private static Set<String> inodes(ProcessId process) {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                String target = target(descriptor);
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        } catch (IOException gone) {
            return inodes;
        }
        return inodes;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
