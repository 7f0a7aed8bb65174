package io.gantry.worker.session;

import io.gantry.common.time.Timers;
import io.gantry.worker.core.TaskReport;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries reports to the control plane until it takes them. One report per task at a time, since
 * the agent makes the next only after the answer; a few tasks at a time.
 */
final class StateReporter {
    private static final Logger log = LoggerFactory.getLogger(StateReporter.class);
    private static final int PARALLEL = 10;

    private final FrontEnd frontEnd;
    private final Timers timers;
    private final Supplier<Backoff> backoffs;
    private final String cluster;
    private final WorkerTasks tasks;
    private final Map<String, TaskReport> wanted = new HashMap<>();
    private final Queue<String> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean open;

    StateReporter(
            FrontEnd frontEnd,
            Timers timers,
            Supplier<Backoff> backoffs,
            String cluster,
            WorkerTasks tasks) {
        this.frontEnd = frontEnd;
        this.timers = timers;
        this.backoffs = backoffs;
        this.cluster = cluster;
        this.tasks = tasks;
    }

    /** From now on there is somebody to report to. */
    void open() {
        open = true;
        startWaiting();
    }

    void submit(TaskReport report) {
        if (wanted.put(report.taskArn(), report) == null) {
            waiting.add(report.taskArn());
            startWaiting();
        }
    }

    private void startWaiting() {
        while (open && underWay < PARALLEL && !waiting.isEmpty()) {
            underWay++;
            attempt(waiting.remove(), backoffs.get());
        }
    }

    private void attempt(String taskArn, Backoff backoff) {
        TaskReport report = wanted.get(taskArn);
        if (report == null || !open) {
            return;
        }
        frontEnd.call(
                "SubmitTaskStateChange",
                Requests.submit(cluster, report),
                answer -> {
                    switch (answer) {
                        case FrontEnd.Answer.Success _ -> done(report);
                        case FrontEnd.Answer.Refused(var code, var message)
                                when code.equals("InvalidParameterException") -> {
                            log.atError()
                                    .addKeyValue("task", taskArn)
                                    .addKeyValue("error", message)
                                    .log("control plane will never take this report, dropped");
                            done(report);
                        }
                        case FrontEnd.Answer.Refused(var code, var message) ->
                                again(taskArn, backoff, code + ": " + message);
                        case FrontEnd.Answer.Unavailable(var why) -> again(taskArn, backoff, why);
                    }
                });
    }

    private void again(String taskArn, Backoff backoff, String why) {
        log.atDebug().addKeyValue("task", taskArn).addKeyValue("error", why).log("report repeated");
        timers.after(backoff.next(), () -> attempt(taskArn, backoff));
    }

    private void done(TaskReport report) {
        underWay--;
        wanted.remove(report.taskArn());
        tasks.reportAcknowledged(report.taskArn(), report.number());
        startWaiting();
    }

    void close() {
        open = false;
    }
}
