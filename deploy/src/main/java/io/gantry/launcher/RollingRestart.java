package io.gantry.launcher;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import tools.jackson.databind.node.JsonNodeFactory;

/** One process after the other, never more than one away. */
final class RollingRestart {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration STOPPING = Duration.ofSeconds(15);
    private static final Duration NOTICING = Duration.ofSeconds(5);

    private final Session session;
    private final Progress progress;
    private final Supervisor supervisor;
    private final Installation installation;

    RollingRestart(Session session, Progress progress) {
        this.session = session;
        this.progress = progress;
        supervisor = session.supervisor();
        installation = session.installation();
    }

    static boolean leads(Session session, Member node) {
        NodeStatus status = session.pages().status(node);
        return status != null && node.name().equals(status.leader());
    }

    void run(List<Member> members) {
        for (Member member : members) {
            if (member.isNode()) {
                restartNode(member);
            } else {
                restartWorker(member);
            }
        }
    }

    private void restartNode(Member node) {
        List<Member> others =
                installation.controlPlane().stream().filter(each -> !each.equals(node)).toList();
        for (Member other : others) {
            await(() -> session.pages().isReady(other), other.name() + " to be ready");
        }
        long began = System.nanoTime();
        if (!others.isEmpty() && leads(session, node)) {
            handOver(node);
        }
        stop(node);
        supervisor.start(node);
        // Ready is a node that has applied whatever was acknowledged anywhere.
        await(() -> runsAndIsReady(node), node.name() + " to catch up");
        progress.done("%s restarted in %.1f s".formatted(node.name(), seconds(began)));
    }

    private boolean runsAndIsReady(Member node) {
        if (supervisor.find(node) == null) {
            throw new Failure(supervisor.lastWords(node));
        }
        return session.pages().isReady(node);
    }

    private void handOver(Member node) {
        try {
            session.apiOf(node)
                    .operate("transfer-leadership", JsonNodeFactory.instance.objectNode());
        } catch (ApiClient.RefusedException refused) {
            // The others elect one when the node is gone; it takes them a moment longer.
            progress.done("%s did not hand over: %s".formatted(node.name(), refused.getMessage()));
        }
    }

    private void restartWorker(Member worker) {
        long began = System.nanoTime();
        stop(worker);
        // A node may take a moment to notice; whoever looks too early sees the old connection.
        Patience.await(NOTICING, () -> isConnected(worker) ? null : "gone");
        supervisor.start(worker);
        await(() -> isConnected(worker), worker.name() + " to connect");
        progress.done("%s restarted in %.1f s".formatted(worker.name(), seconds(began)));
    }

    private void stop(Member member) {
        ProcessId process = supervisor.find(member);
        if (process == null) {
            return;
        }
        process.terminate();
        if (Patience.await(STOPPING, () -> process.runs() ? null : "stopped") == null) {
            process.kill();
            await(() -> !process.runs(), member.name() + " to end");
        }
    }

    private boolean isConnected(Member worker) {
        return session.remote().reader().workers(Sample.CLUSTER).stream()
                .filter(ContainerInstance::agentConnected)
                .anyMatch(each -> worker.name().equals(StatusReport.name(each)));
    }

    private static double seconds(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toMillis() / 1e3;
    }

    private static void await(BooleanSupplier condition, String what) {
        if (Patience.await(LIMIT, () -> condition.getAsBoolean() ? "yes" : null) == null) {
            throw new Failure(
                    "Waited %d s for %s, in vain; nothing more is restarted. See \"gantry logs\"."
                            .formatted(LIMIT.toSeconds(), what));
        }
    }
}
