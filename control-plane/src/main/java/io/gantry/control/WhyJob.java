package io.gantry.control;

import io.gantry.control.core.schedule.JobDemand;
import io.gantry.control.core.schedule.SplitPlan;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobTags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Why a task waits, or why it stopped without a place. */
final class WhyJob {
    private WhyJob() {}

    /** In sentences; the list may be added to. */
    static List<String> lines(ClusterState state, Job job) {
        var lines = new ArrayList<String>();
        Job.Ask ask = job.ask();
        lines.add(
                "Task %s of %s (%s) %s."
                        .formatted(
                                job.id(),
                                ask.group(),
                                ask.taskDefinition(),
                                job.isWaiting()
                                        ? "is PROVISIONING for " + since(state, job)
                                        : "is STOPPED; it never found a place"));
        Job.End end = job.end();
        if (end != null) {
            lines.add("%s: %s".formatted(end.code(), end.reason()));
            return lines;
        }
        if (job.attempt().number() > 1) {
            lines.add(
                    "It is attempt %d, in the place of %s, which failed."
                            .formatted(job.attempt().number(), job.tag(JobTags.RETRY_OF)));
        }
        lines.add("It waits because " + reason(state, job));
        long until = job.turn().untilMillis();
        lines.add(
                until == 0
                        ? "It waits for as long as it takes."
                        : "It is given up in %s.".formatted(text(until - state.nowMillis())));
        return lines;
    }

    private static String since(ClusterState state, Job job) {
        return text(state.nowMillis() - job.turn().createdAtMillis());
    }

    private static String reason(ClusterState state, Job job) {
        long now = state.nowMillis();
        if (job.turn().isHeldBack(now)) {
            return "the next attempt begins in %s."
                    .formatted(text(job.turn().notBeforeMillis() - now));
        }
        JobTags.Queue queue = job.queue();
        if (queue != null) {
            String turn = turn(state, job, queue);
            if (turn != null) {
                return turn;
            }
        }
        SplitPlan plan = SplitPlan.of(state, JobDemand.of(state, job, 1), new SplittableRandom(0));
        return plan.unplaced() == 0
                ? "it has only just come: there is room, and it is being placed."
                : "no container instance meets all of its requirements. "
                        + plan.reason(job.ask().launchType());
    }

    /** Null if it is its turn. */
    private static @Nullable String turn(ClusterState state, Job job, JobTags.Queue queue) {
        int placed = state.jobs().placedOf(job.cluster(), queue.name());
        long ahead =
                state.jobs()
                        .waitingIn(job.cluster())
                        .takeWhile(each -> !each.id().equals(job.id()))
                        .filter(each -> each.isDue(state.nowMillis()))
                        .map(Job::queue)
                        .filter(each -> each != null && each.name().equals(queue.name()))
                        .count();
        if (placed < queue.concurrency() && ahead == 0) {
            return null;
        }
        return "it is not its turn in the queue %s: %d of %d placed, %d ahead of it."
                .formatted(queue.name(), placed, queue.concurrency(), ahead);
    }

    private static String text(long millis) {
        Duration left = Duration.ofSeconds(Math.max(0, Math.ceilDiv(millis, 1_000)));
        return left.toHours() > 0
                ? "%dh %dm".formatted(left.toHours(), left.toMinutesPart())
                : left.toMinutes() > 0
                        ? "%dm %ds".formatted(left.toMinutes(), left.toSecondsPart())
                        : left.toSeconds() + "s";
    }
}
