package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.JobDemand;
import io.gantry.control.core.schedule.SplitPlan;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Job.Turn;
import io.gantry.control.core.state.JobTags;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Container;
import io.gantry.control.core.state.Task.Health;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/** What is said of jobs that end, and what comes after those that failed. */
final class JobEnds {
    /**
     * ECS has no code for it, and clients know only ECS's. As with AWS Batch, it is the user who
     * has asked for the end; the reason says how.
     */
    static final String TIMED_OUT = "UserInitiated";

    /** Doubled with each attempt. */
    private static final long FIRST_PAUSE_MILLIS = 10_000;

    private static final long LONGEST_PAUSE_MILLIS = 5L * 60 * 1000;

    /** As long as ECS lets tasks wait for capacity at the most, where the user has not said. */
    private static final long WAIT_MILLIS = 30L * 60 * 1000;

    private final Edit edit;

    /** Tasks of one kind that end together do so for the same reason. */
    private final Map<Demand, String> reasons = new HashMap<>();

    JobEnds(Edit edit) {
        this.edit = edit;
    }

    /**
     * The task that is run in the place of one that failed. Its ids come from those of the failed
     * one alone, so that all nodes draw the same.
     */
    Job again(Job failed, Task task) {
        var seed = failed.id().high() * 31 + failed.id().low();
        var random = new SplittableRandom(seed);
        TaskId next = id(random);
        while (edit.taskRows.get(next) != null || edit.jobRows.get(next) != null) {
            next = id(random);
        }
        List<Container> containers =
                task.containers().stream().map(each -> fresh(each, random)).toList();
        long notBefore = edit.nowMillis + pauseMillis(failed.attempt().number());
        JobTags terms = failed.terms();
        long until =
                terms.mayWait() && terms.waitMillis() == 0
                        ? 0
                        : notBefore + (terms.waitMillis() > 0 ? terms.waitMillis() : WAIT_MILLIS);
        return failed.again(
                next, containers, new Turn(edit.sequence, edit.nowMillis, notBefore, until));
    }

    /** As they are drawn elsewhere: 48 bits of milliseconds, then chance. */
    private TaskId id(SplittableRandom random) {
        return new TaskId(
                (edit.nowMillis << 16) | (random.nextLong() & 0xFFFFL), random.nextLong());
    }

    private static UUID uuid(SplittableRandom random) {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        return new UUID(high, (random.nextLong() >>> 2) | Long.MIN_VALUE);
    }

    private static Container fresh(Container known, SplittableRandom random) {
        return Container.placed(
                known.name(),
                uuid(random).toString(),
                known.essential(),
                known.health() == Health.UNCHECKED ? Health.UNCHECKED : Health.UNKNOWN);
    }

    /** How long to wait after so many attempts: 10 s, 20 s, 40 s, … and 5 minutes at the most. */
    static long pauseMillis(int attempts) {
        return Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempts - 1, 10));
    }

    String timedOut(Job job) {
        return "Task timed out: it has run for %s (%s)."
                .formatted(job.tag(JobTags.TIMEOUT), JobTags.TIMEOUT);
    }

    /** Why a task found no place, as services say it. */
    String unplaced(Job job) {
        String within =
                job.terms().waitMillis() == 0
                        ? "in time"
                        : "within %s (%s)".formatted(job.tag(JobTags.WAIT), JobTags.WAIT);
        return "Unable to place the task " + within + " because " + reason(job);
    }

    private String reason(Job job) {
        JobTags.Queue queue = job.queue();
        if (queue != null
                && edit.jobsSoFar().placedOf(job.cluster(), queue.name()) >= queue.concurrency()) {
            return "its turn in the queue %s did not come.".formatted(queue.name());
        }
        return reasons.computeIfAbsent(JobDemand.of(edit.before, job, 1), this::reason);
    }

    private String reason(Demand demand) {
        // Chance only decides between machines that would do.
        SplitPlan plan = SplitPlan.of(edit.before, demand, new SplittableRandom(0));
        return plan.unplaced() == 0
                ? "others came before it."
                : "no container instance met all of its requirements. Reason: "
                        + plan.reason(demand.capacity().launchType());
    }
}
