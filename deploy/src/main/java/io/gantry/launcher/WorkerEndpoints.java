package io.gantry.launcher;

import java.time.Duration;
import java.util.List;

/** Lets the workers of this machine know of other nodes. */
final class WorkerEndpoints {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private WorkerEndpoints() {}

    /**
     * Starts them anew, which their tasks survive: a worker knows the nodes it was started with.
     */
    static void follow(Installation installation, Supervisor supervisor, Progress progress) {
        List<Member> running = supervisor.running(installation.workerMembers());
        for (Member worker : running) {
            ProcessId process = supervisor.find(worker);
            if (process != null) {
                process.terminate();
                if (Patience.await(LIMIT, () -> process.runs() ? null : "ended") == null) {
                    process.kill();
                    Patience.await(LIMIT, () -> process.runs() ? null : "ended");
                }
            }
            supervisor.start(worker);
        }
        if (!running.isEmpty()) {
            progress.done(Startup.names(running) + " started anew with the new nodes, tasks kept");
        }
    }
}
