package io.gantry.launcher;

import com.sun.management.OperatingSystemMXBean;
import io.gantry.common.config.Settings;
import io.gantry.launcher.Member.Kind;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What belongs together on this machine. Its shape is written down when it first comes up, and
 * holds until its data is wiped.
 *
 * @param port the first of all ports
 * @param nodes how many nodes founded the control plane
 * @param names of the nodes that it has now
 */
record Installation(
        Layout layout, int port, int nodes, int workers, EngineKind engine, List<String> names) {
    static final int DEFAULT_PORT = 8700;

    /** The attribute by which a worker is known in the tables. */
    static final String WORKER_NAME = "gantry.worker-name";

    private static final int STEP = 10;
    private static final int ZONES = 3;
    private static final Pattern NODE = Pattern.compile("n([1-9][0-9]?)");

    Installation {
        names = List.copyOf(names);
    }

    /** As it is when it is founded. */
    Installation(Layout layout, int port, int nodes, int workers, EngineKind engine) {
        this(layout, port, nodes, workers, engine, founders(nodes));
    }

    private static List<String> founders(int nodes) {
        return IntStream.rangeClosed(1, nodes).mapToObj(number -> "n" + number).toList();
    }

    /** What runs the containers. */
    enum EngineKind {
        DOCKER,
        PROCESS
    }

    static boolean exists(Layout layout) {
        return Files.exists(layout.description());
    }

    static Installation open(Layout layout) {
        if (!exists(layout)) {
            throw new Failure(
                    "Nothing is installed in %s yet; \"gantry up\" or \"gantry quickstart\" does that."
                            .formatted(layout.home()));
        }
        Settings written = Settings.of(layout.description(), Map.of());
        return written.build(
                () ->
                        new Installation(
                                layout,
                                written.integer("PORT", DEFAULT_PORT, 1, 65_000),
                                written.integer("NODES", 3, 1, 9),
                                written.integer("WORKERS", 2, 0, 50),
                                written.choice("ENGINE", EngineKind.class, EngineKind.DOCKER),
                                names(written)));
    }

    private static List<String> names(Settings written) {
        List<String> names = written.list("MEMBERS", name -> name);
        return names.isEmpty() ? founders(written.integer("NODES", 3, 1, 9)) : names;
    }

    /** With a node more. */
    Installation with(String name) {
        var more = new ArrayList<>(names);
        more.add(name);
        more.sort(Comparator.comparingInt(each -> node(each).port()));
        return new Installation(layout, port, nodes, workers, engine, more);
    }

    /** With a single node, as a recovered control plane has it. */
    Installation only(String name) {
        return new Installation(layout, port, nodes, workers, engine, List.of(name));
    }

    /** With a node less. */
    Installation without(String name) {
        var less = new ArrayList<>(names);
        less.remove(name);
        return new Installation(layout, port, nodes, workers, engine, less);
    }

    /** A node of the control plane, present or not: each has ports of its own. */
    static Member node(int port, int nodes, int workers, String name) {
        Matcher matcher = NODE.matcher(name);
        if (!matcher.matches()) {
            throw new Failure(
                    "Nodes of this machine are called n1, n2 ... n99, not %s.".formatted(name));
        }
        int number = Integer.parseInt(matcher.group(1));
        int place = number <= nodes ? number - 1 : workers + number - 1;
        return new Member(name, Kind.CONTROL_PLANE, port + place * STEP);
    }

    Member node(String name) {
        return node(port, nodes, workers, name);
    }

    void save() {
        layout.create();
        Layout.write(
                layout.description(),
                """
                # Made by "gantry up"; "gantry down --wipe" removes it.
                port: %d
                nodes: %d
                workers: %d
                engine: %s
                members: %s
                """
                        .formatted(port, nodes, workers, engineName(), String.join(",", names)));
        members().forEach(member -> Layout.write(layout.config(member), config(member)));
    }

    String engineName() {
        return engine == EngineKind.DOCKER ? "docker" : "process";
    }

    List<Member> controlPlane() {
        return names.stream().map(this::node).toList();
    }

    List<Member> workerMembers() {
        var members = new ArrayList<Member>();
        for (int i = 0; i < workers; i++) {
            members.add(new Member("w" + (i + 1), Kind.WORKER, port + (nodes + i) * STEP));
        }
        return members;
    }

    List<Member> members() {
        var members = new ArrayList<>(controlPlane());
        members.addAll(workerMembers());
        return members;
    }

    Member member(String name) {
        return members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new Failure("There is no %s, only %s.".formatted(name, known())));
    }

    private String known() {
        return members().stream().map(Member::name).collect(Collectors.joining(", "));
    }

    private String config(Member member) {
        return member.isNode() ? nodeConfig(member) : workerConfig(member);
    }

    private String nodeConfig(Member node) {
        if (!names.equals(founders(nodes))) {
            // A node that has lost its data must not found another control plane.
            return joinerConfig(node);
        }
        String peers =
                controlPlane().stream()
                        .map(
                                peer ->
                                        "  - %s=%s:%d"
                                                .formatted(peer.name(), Member.HOST, peer.port()))
                        .collect(Collectors.joining("\n"));
        return """
                node-id: %s
                data-dir: %s
                peers:
                %s
                clock-offset-file: %s
                """
                .formatted(
                        node.name(),
                        quoted(layout.data(node).toString()),
                        peers,
                        quoted(layout.clockOffset(node).toString()));
    }

    private String joinerConfig(Member node) {
        String others =
                controlPlane().stream()
                        .filter(other -> !other.name().equals(node.name()))
                        .map(other -> "  - %s:%d\n".formatted(Member.HOST, other.port()))
                        .collect(Collectors.joining());
        return """
        node-id: %s
        data-dir: %s
        address: %s:%d
        %s"""
                .formatted(
                        node.name(),
                        quoted(layout.data(node).toString()),
                        Member.HOST,
                        node.port(),
                        others.isEmpty() ? "" : "join:\n" + others);
    }

    /** Writes the settings of a node that is to be added to the others. */
    void saveJoiner(Member node) {
        Layout.write(layout.config(node), joinerConfig(node));
    }

    private String workerConfig(Member worker) {
        var machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        String endpoints =
                controlPlane().stream()
                        .map(node -> "  - " + node.url())
                        .collect(Collectors.joining("\n"));
        return """
                data-dir: %s
                endpoints:
                %s
                cluster: default
                zone: %s
                credentials-file: %s
                engine: %s
                # No registry may be in reach; what is on the machine will do.
                image-pull-behavior: prefer-cached
                # The workers share this machine.
                cpu: %d
                memory: %d
                metadata-port: %d
                attributes: %s=%s
                clock-offset-file: %s
                """
                .formatted(
                        quoted(layout.data(worker).toString()),
                        endpoints,
                        zone(worker),
                        quoted(layout.credentials(controlPlane().getFirst()).toString()),
                        engineName(),
                        machine.getAvailableProcessors() * 1_024 / workers,
                        (machine.getTotalMemorySize() >> 20) / workers,
                        worker.port(),
                        WORKER_NAME,
                        worker.name(),
                        quoted(layout.clockOffset(worker).toString()));
    }

    /** The workers stand for machines in different zones. */
    private String zone(Member worker) {
        return "us-east-1" + (char) ('a' + workerMembers().indexOf(worker) % ZONES);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
