package io.gantry.launcher;

import com.sun.management.OperatingSystemMXBean;
import io.gantry.common.config.Settings;
import io.gantry.launcher.Member.Kind;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What belongs together on this machine. Its shape is written down when it first comes up, and
 * holds until its data is wiped.
 *
 * @param port the first of all ports
 */
record Installation(Layout layout, int port, int nodes, int workers, EngineKind engine) {
    static final int DEFAULT_PORT = 8700;

    /** The attribute by which a worker is known in the tables. */
    static final String WORKER_NAME = "gantry.worker-name";

    private static final int STEP = 10;
    private static final int ZONES = 3;

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
                                written.choice("ENGINE", EngineKind.class, EngineKind.DOCKER)));
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
                """
                        .formatted(port, nodes, workers, engineName()));
        members().forEach(member -> Layout.write(layout.config(member), config(member)));
    }

    String engineName() {
        return engine == EngineKind.DOCKER ? "docker" : "process";
    }

    List<Member> controlPlane() {
        var members = new ArrayList<Member>();
        for (int i = 0; i < nodes; i++) {
            members.add(new Member("n" + (i + 1), Kind.CONTROL_PLANE, port + i * STEP));
        }
        return members;
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
                        () -> new Failure("There is no %s, only %s.".formatted(name, names())));
    }

    private String names() {
        return members().stream().map(Member::name).collect(Collectors.joining(", "));
    }

    private String config(Member member) {
        return member.isNode() ? nodeConfig(member) : workerConfig(member);
    }

    private String nodeConfig(Member node) {
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
