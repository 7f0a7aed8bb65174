package io.gantry.launcher;

import io.gantry.launcher.Sockets.Pair;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Loses the packets between two sides of an installation, with the machine's packet filter.
 *
 * <p>A packet on the loopback shows its sender by the group that owns the sending socket, but its
 * receiver by nothing but ports. So what a side sends is marked with that side, and the ports of
 * both ends are remembered; a marked packet is dropped if it goes to a port on which the other side
 * listens, or to a pair of ports from which the other side has sent before. Sockets that were
 * closed before the packet filter saw their last packets have no owner any more, and are known by
 * their ports too. Clients belong to neither side and still reach both.
 */
final class NetworkCut {
    private static final int SIDE = 0x6a01;
    private static final int OTHER_SIDE = 0x6a02;

    private final Installation installation;
    private final Supervisor supervisor;

    NetworkCut(Session session) {
        installation = session.installation();
        supervisor = session.supervisor();
    }

    void check(List<Member> side, Fault.Partition partition) {
        if (!Tool.isRoot()) {
            throw new Failure(
                    "partition changes the machine's packet filter, which only root may do.");
        }
        if (!Tool.exists("nft")) {
            throw new Failure(
                    "partition needs nft, which is not on this machine. On Debian or Ubuntu:"
                            + " apt-get install nftables");
        }
        List<Member> others = others(side, partition.from());
        for (Member member : side) {
            if (others.contains(member)) {
                throw new Failure(member.name() + " cannot be cut off from itself.");
            }
        }
        if (others.isEmpty()) {
            throw new Failure("There is nobody left to cut off from.");
        }
        for (Member member : installation.members()) {
            ProcessId process = supervisor.find(member);
            if (process != null && !MemberGroup.holds(member, process)) {
                throw new Failure(
                        "%s was not started by root in a group of its own, by which its packets are known. \"gantry kill %s\" and \"gantry up\" as root start it anew."
                                .formatted(member.name(), member.name()));
            }
        }
    }

    private List<Member> others(List<Member> side, @Nullable List<Member> from) {
        return from != null
                ? from
                : installation.members().stream().filter(m -> !side.contains(m)).toList();
    }

    /** From the return on nothing gets through, on connections old or new. */
    void cut(List<Member> side, Fault.Partition partition) {
        List<Member> others = others(side, partition.from());
        restore();
        Tool.run(rules(table(), side, others, partition.oneWay()), List.of("nft", "-f", "-"));
        // Only now: whoever sends from here on is remembered by the rules.
        Tool.run(
                known(table(), "side", sockets(side)) + known(table(), "others", sockets(others)),
                List.of("nft", "-f", "-"));
    }

    private List<Pair> sockets(List<Member> members) {
        return members.stream()
                .map(supervisor::find)
                .filter(Objects::nonNull)
                .flatMap(process -> Sockets.of(process).stream())
                .distinct()
                .toList();
    }

    /** Undoes any cut of this installation; there need not be one. */
    void restore() {
        String table = table();
        if (Tool.exists("nft") && Tool.isRoot() && exists(table)) {
            Tool.run("", List.of("nft", "delete", "table", "inet", table));
        }
    }

    private static boolean exists(String table) {
        return Tool.run("", List.of("nft", "list", "tables"))
                .lines()
                .anyMatch(line -> line.strip().equals("table inet " + table));
    }

    private String table() {
        return "gantry_chaos_" + installation.port();
    }

    static String rules(String table, List<Member> side, List<Member> others, boolean oneWay) {
        String back =
                oneWay
                        ? ""
                        : """
                          meta mark %1$d tcp dport { %2$s } counter drop
                          meta mark %1$d tcp dport . tcp sport @side counter drop
                          """
                                .formatted(OTHER_SIDE, listening(side));
        return """
               table inet %s {
               set side {
               type inet_service . inet_service
               flags dynamic,timeout
               }
               set others {
               type inet_service . inet_service
               flags dynamic,timeout
               }
               chain sent {
               type filter hook output priority 0; policy accept;
               oifname != "lo" accept
               meta skgid { %s } update @side { tcp sport . tcp dport timeout 5m } meta mark set %d accept
               meta skgid { %s } update @others { tcp sport . tcp dport timeout 5m } meta mark set %d accept
               meta skgid 0-4294967295 accept
               tcp sport . tcp dport @side meta mark set %d accept
               tcp sport . tcp dport @others meta mark set %d accept
               }
               chain received {
               type filter hook input priority 0; policy accept;
               iifname != "lo" accept
               meta mark %d tcp dport { %s } counter drop
               meta mark %d tcp dport . tcp sport @others counter drop
               %s}
               }
               """
                .formatted(
                        table,
                        groups(side),
                        SIDE,
                        groups(others),
                        OTHER_SIDE,
                        SIDE,
                        OTHER_SIDE,
                        SIDE,
                        listening(others),
                        SIDE,
                        back);
    }

    private static String groups(List<Member> members) {
        return members.stream()
                .map(member -> String.valueOf(MemberGroup.of(member)))
                .collect(Collectors.joining(", "));
    }

    private static String listening(List<Member> members) {
        return members.stream()
                .flatMap(member -> member.ports().stream())
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
    }

    static String known(String table, String set, List<Pair> pairs) {
        if (pairs.isEmpty()) {
            return "";
        }
        String elements =
                pairs.stream()
                        .map(pair -> pair.local() + " . " + pair.remote() + " timeout 1d")
                        .collect(Collectors.joining(", "));
        return "add element inet %s %s { %s }%n".formatted(table, set, elements);
    }
}
