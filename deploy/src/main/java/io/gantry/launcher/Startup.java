package io.gantry.launcher;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.CreateClusterResponse;

/** Brings an installation up, from wherever it is. */
final class Startup {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Session session;
    private final Progress progress;
    private final Installation installation;
    private final Supervisor supervisor;

    Startup(Session session, Progress progress) {
        this.session = session;
        this.progress = progress;
        installation = session.installation();
        supervisor = session.supervisor();
    }

    /** Returns once all nodes serve and all workers are connected. */
    void run() {
        List<Member> running = supervisor.running(installation.members());
        List<Member> stopped =
                installation.members().stream().filter(m -> !running.contains(m)).toList();
        if (!running.isEmpty()) {
            String which = stopped.isEmpty() ? "all processes run" : names(running) + " run";
            progress.done(which + " already");
        }
        Supervisor.checkPorts(stopped);
        start(stopped.stream().filter(Member::isNode).toList());
        List<Member> nodes = installation.controlPlane();
        await(nodes, "to be ready", () -> nodes.stream().allMatch(session.pages()::isReady));
        await(nodes, "to write the credentials", () -> session.credentials() != null);
        progress.done(leadership(nodes));
        // Workers join it; it does no harm to ask for one that is there.
        var cluster = CreateClusterRequest.builder().clusterName(Sample.CLUSTER).build();
        session.api().call(cluster, CreateClusterResponse.class);
        start(stopped.stream().filter(member -> !member.isNode()).toList());
        int expected = installation.workers();
        await(installation.members(), "to connect", () -> connectedWorkers() >= expected);
        progress.done(
                "%d workers connected, engine: %s".formatted(expected, installation.engineName()));
    }

    private void start(List<Member> members) {
        if (!members.isEmpty()) {
            members.forEach(supervisor::start);
            progress.done(names(members) + " started");
        }
    }

    private String leadership(List<Member> nodes) {
        for (Member node : nodes) {
            NodeStatus status = session.pages().status(node);
            if (status != null && status.leader() != null) {
                return "%d nodes ready, %s leads (term %d)"
                        .formatted(nodes.size(), status.leader(), status.term());
            }
        }
        return "%d nodes ready".formatted(nodes.size());
    }

    private int connectedWorkers() {
        NodeStatus status = session.pages().status(installation.controlPlane().getFirst());
        return status == null ? 0 : status.workers();
    }

    private interface Condition {
        boolean holds();
    }

    private void await(List<Member> members, String what, Condition condition) {
        String answer =
                Patience.await(
                        LIMIT,
                        () -> {
                            failIfStopped(members);
                            return condition.holds() ? "yes" : null;
                        });
        if (answer == null) {
            throw new Failure(
                    "Waited %d s for %s %s, in vain; see \"gantry logs\"."
                            .formatted(LIMIT.toSeconds(), names(members), what));
        }
    }

    private void failIfStopped(List<Member> members) {
        for (Member member : members) {
            // Workers are not started before the nodes are ready.
            boolean wasStarted = Files.exists(installation.layout().pid(member));
            if (wasStarted && supervisor.find(member) == null) {
                throw new Failure(supervisor.lastWords(member));
            }
        }
    }

    static String names(List<Member> members) {
        return members.stream().map(Member::name).collect(Collectors.joining(", "));
    }
}
