package io.gantry.launcher;

import java.time.Duration;
import java.util.List;

/** Nodes that come to the installation of this machine, or leave it, with their processes. */
final class LocalMembers {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(20);

    private final Layout layout;
    private final Progress progress;

    LocalMembers(Layout layout, Progress progress) {
        this.layout = layout;
        this.progress = progress;
    }

    void add(String id) {
        Exclusive.run(
                layout,
                () -> {
                    var session = Session.open(layout);
                    Member node = start(session, id);
                    var membership = new Membership(session.remote(), progress);
                    attempt(session, node, () -> membership.add(id, address(node)));
                    save(session, session.installation().with(id));
                });
    }

    void remove(String id) {
        Exclusive.run(
                layout,
                () -> {
                    var session = Session.open(layout);
                    Member node = session.installation().member(id);
                    new Membership(session.remote(), progress).remove(id);
                    save(session, session.installation().without(id));
                    end(session, node);
                });
    }

    void replace(String old, String id) {
        Exclusive.run(
                layout,
                () -> {
                    var session = Session.open(layout);
                    Member leaving = session.installation().member(old);
                    Member node = start(session, id);
                    var membership = new Membership(session.remote(), progress);
                    attempt(session, node, () -> membership.replace(old, id, address(node)));
                    save(session, session.installation().with(id).without(old));
                    end(session, leaving);
                });
    }

    private void save(Session session, Installation changed) {
        changed.save();
        WorkerEndpoints.follow(changed, session.supervisor(), progress);
    }

    /** What was refused leaves nothing behind; what may have been done is left alone. */
    private void attempt(Session session, Member node, Runnable change) {
        try {
            change.run();
        } catch (ApiClient.RefusedException refused) {
            stop(session, node);
            throw refused;
        } catch (Failure failed) {
            NodeStatus status = session.pages().status(node);
            if (status != null && status.isJoining()) {
                stop(session, node);
            } else {
                session.installation().with(node.name()).save();
                progress.done(node.name() + " may be a member by now and goes on");
            }
            throw failed;
        }
    }

    private static String address(Member node) {
        return Member.HOST + ':' + node.port();
    }

    private Member start(Session session, String id) {
        Installation installation = session.installation();
        Member node = installation.node(id);
        if (installation.names().contains(id)) {
            throw new Failure(id + " is a member already.");
        }
        Supervisor.checkPorts(List.of(node));
        installation.saveJoiner(node);
        session.supervisor().start(node);
        String answer =
                Patience.await(
                        LIMIT,
                        () -> {
                            if (session.supervisor().find(node) == null) {
                                throw new Failure(session.supervisor().lastWords(node));
                            }
                            NodeStatus status = session.pages().status(node);
                            // Only then it knows which group it is to be added to.
                            return status != null && status.applies() ? "waits" : null;
                        });
        if (answer == null) {
            stop(session, node);
            throw new Failure(
                    "%s did not find the others within %d s; see %s"
                            .formatted(id, LIMIT.toSeconds(), layout.log(node)));
        }
        progress.done(id + " started, waits to be added");
        return node;
    }

    /** A node that was removed ends by itself, but one that hangs shall not stay. */
    private void end(Session session, Member node) {
        ProcessId process = session.supervisor().find(node);
        if (process != null && ended(process)) {
            progress.done(node.name() + " ended by itself");
        }
        stop(session, node);
    }

    private void stop(Session session, Member node) {
        ProcessId process = session.supervisor().find(node);
        if (process != null) {
            process.terminate();
            if (!ended(process)) {
                process.kill();
            }
            progress.done(node.name() + " stopped");
        }
        layout.forget(node);
    }

    private static boolean ended(ProcessId process) {
        return Patience.await(END, () -> process.runs() ? null : "ended") != null;
    }
}
