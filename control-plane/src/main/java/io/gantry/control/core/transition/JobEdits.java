package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command.Newcomer;
import io.gantry.control.core.command.Command.PlaceJobs;
import io.gantry.control.core.command.Command.Placing;
import io.gantry.control.core.command.Command.RunJobs;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Command.StopTask;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.schedule.JobDemand;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Job.Turn;
import io.gantry.control.core.state.JobOf;
import io.gantry.control.core.state.JobTags;
import io.gantry.control.core.state.Jobs;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Tasks that wait for a place, that may run for so long only, or that are run again. */
final class JobEdits {
    /**
     * How many tasks of a cluster may wait.
     *
     * @see <a href="https://docs.aws.amazon.com/general/latest/gr/ecs-service.html">Quotas</a>
     */
    static final int MOST_WAITING = 500;

    private final Edit edit;
    private final JobEnds ends;

    JobEdits(Edit edit) {
        this.edit = edit;
        this.ends = new JobEnds(edit);
    }

    private Jobs jobs() {
        return edit.jobsSoFar();
    }

    Reply run(RunJobs run) {
        var tasks = edit.tasks();
        Reply known =
                tasks.known(
                        run.cluster(),
                        run.ask().taskDefinition(),
                        run.token(),
                        run.fingerprint(),
                        run.continuing());
        if (known != null) {
            return known;
        }
        var started = new ArrayList<TaskId>();
        var refused = new ArrayList<TaskId>();
        for (Newcomer newcomer : run.newcomers()) {
            (admit(run, newcomer) ? started : refused).add(newcomer.task());
        }
        boolean full = run.ask().terms().mayWait() && !refused.isEmpty();
        if (started.isEmpty() && full && !run.continuing()) {
            return Edit.refused(
                    Cause.PROVISIONING_LIMIT, "Tasks provisioning capacity limit exceeded.");
        }
        var reply = new Reply.Started(started, refused);
        tasks.remember(run.token(), run.fingerprint(), reply);
        return reply;
    }

    /** Whether a task is placed or waits; also if the command has come twice. */
    private boolean admit(RunJobs run, Newcomer newcomer) {
        if (edit.jobRows.get(newcomer.task()) != null
                || edit.taskRows.get(newcomer.task()) != null) {
            return true;
        }
        JobTags terms = run.ask().terms();
        long until = terms.waitMillis() == 0 ? 0 : edit.nowMillis + terms.waitMillis();
        Job job =
                Job.waiting(
                        newcomer.task(),
                        run.cluster(),
                        run.ask(),
                        newcomer.provision(),
                        newcomer.containers(),
                        new Turn(edit.sequence, edit.nowMillis, 0, until));
        if (newcomer.worker() != null && place(job, new Placing(job.id(), newcomer.worker()))) {
            store(null, job.placed());
            return true;
        }
        boolean waits =
                terms.mayWait()
                        && jobs().waitingIn(run.cluster()).limit(MOST_WAITING).count()
                                < MOST_WAITING;
        if (waits) {
            begin(job);
        }
        return waits;
    }

    /** A task waits from now on, and is looked at once it is not held back any more. */
    private void begin(Job job) {
        store(null, job);
        count(job, Status.STOPPED, Status.PENDING);
        Turn turn = job.turn();
        if (turn.untilMillis() != 0) {
            edit.due(turn.untilMillis() - edit.nowMillis, Deadline.Kind.END_WAIT, job.id());
        }
        if (turn.isHeldBack(edit.nowMillis)) {
            edit.due(turn.notBeforeMillis() - edit.nowMillis, Deadline.Kind.LOOK_AT_JOB, job.id());
        } else {
            edit.touchJob(job.id());
        }
    }

    Reply place(PlaceJobs place) {
        var placed = new ArrayList<TaskId>();
        var refused = new ArrayList<TaskId>();
        for (Placing placing : place.placings()) {
            Job job = edit.jobRows.get(placing.task());
            boolean fits =
                    job != null
                            && job.cluster().equals(place.cluster())
                            && job.isDue(edit.nowMillis)
                            && place(job, placing);
            if (fits && job != null) {
                count(job, Status.PENDING, Status.STOPPED);
                store(job, job.placed());
                lookAtQueue(job);
            }
            (fits ? placed : refused).add(placing.task());
        }
        return new Reply.Started(placed, refused);
    }

    /** Makes the task, if it is its turn and if it fits. */
    private boolean place(Job job, Placing placing) {
        if (!isTurn(job)) {
            return false;
        }
        var start = new Start(job.id(), placing.worker(), job.containers(), job.provision());
        return edit.tasks()
                .place(
                        job.cluster(),
                        job.ask().taskDefinition(),
                        JobDemand.launch(job.ask(), loss(job)),
                        start,
                        null,
                        job.turn().createdAtMillis());
    }

    /** Only what can be run elsewhere is given up with a worker that is lost. */
    private @Nullable Loss loss(Job job) {
        long after = Loss.afterMillis(edit.before, job.cluster());
        return job.terms().retries() == 0 || after == Loss.NEVER ? null : new Loss(after, false);
    }

    private boolean isTurn(Job job) {
        JobTags.Queue queue = job.queue();
        if (queue == null) {
            return true;
        }
        Jobs now = jobs();
        Job next = now.nextOf(job.cluster(), queue.name(), edit.nowMillis);
        return (next == null || next.id().equals(job.id()))
                && now.placedOf(job.cluster(), queue.name()) < queue.concurrency();
    }

    /** A user stops a task, so that it is not run again. Whether that is all there is to do. */
    boolean stop(StopTask stop) {
        Job job = edit.jobRows.get(stop.task());
        if (job == null) {
            return false;
        }
        switch (job.stage()) {
            case WAITING -> end(job, stop.stopCode(), stop.reason());
            case PLACED -> store(job, job.last());
            case STOPPED -> {}
        }
        return job.stage() != Job.Stage.PLACED;
    }

    /** A task that was placed has changed. */
    void moved(Task before, Task after) {
        Job job = edit.jobRows.get(after.id());
        if (job == null || job.stage() != Job.Stage.PLACED) {
            return;
        }
        long timeout = job.terms().timeoutMillis();
        if (before.last() == Status.PENDING && after.last() == Status.RUNNING && timeout > 0) {
            edit.due(timeout, Deadline.Kind.END_RUN, job.id());
        }
        Job next = job;
        if (before.wanted() && !after.wanted() && JobOutcome.isFailure(after)) {
            next = job.failed();
            store(job, next);
        }
        if (!after.alive()) {
            remove(next);
            if (next.isToRunAgain()) {
                begin(ends.again(next, after));
            }
            lookAtQueue(next);
        }
    }

    /** A task that was held back may be placed. */
    void look(TaskId id) {
        Job job = edit.jobRows.get(id);
        if (job != null && job.isDue(edit.nowMillis)) {
            edit.touchJob(id);
        }
    }

    /** A task has waited for long enough. */
    void expire(TaskId id) {
        Job job = edit.jobRows.get(id);
        if (job != null && job.isWaiting() && job.turn().isOver(edit.nowMillis)) {
            end(job, StopCause.NOT_STARTED, ends.unplaced(job));
        }
    }

    /** A task has run for long enough: it is stopped, and not run again. */
    void timeOut(TaskId id) {
        Job job = edit.jobRows.get(id);
        Task task = edit.taskRows.get(id);
        if (job == null || task == null || !task.wanted() || !task.alive()) {
            return;
        }
        store(job, job.last());
        edit.tasks().stop(task, JobEnds.TIMED_OUT, ends.timedOut(job));
    }

    private void end(Job job, String code, String reason) {
        count(job, Status.PENDING, Status.STOPPED);
        store(job, job.stopped(code, reason, edit.nowMillis));
        edit.due(edit.policy().stoppedTaskRetentionMillis(), Deadline.Kind.FORGET_TASK, job.id());
        lookAtQueue(job);
    }

    /** Removes all traces of a task that was never placed. */
    void forget(TaskId id) {
        Job job = edit.jobRows.get(id);
        if (job != null && job.stage() == Job.Stage.STOPPED) {
            remove(job);
        }
    }

    /** Whoever is first in the queue of a job may have its turn now. */
    private void lookAtQueue(Job job) {
        JobTags.Queue queue = job.queue();
        Job next =
                queue == null ? null : jobs().nextOf(job.cluster(), queue.name(), edit.nowMillis);
        if (next != null) {
            edit.touchJob(next.id());
        }
    }

    private void count(Job job, Status before, Status after) {
        Cluster cluster = edit.cluster(job.cluster());
        edit.clusterRows.put(cluster.name(), cluster.counting(before, after));
    }

    private void store(@Nullable Job before, Job after) {
        if (before != null) {
            remove(before);
        }
        edit.jobRows.put(after.id(), after);
        edit.jobsByCluster.put(JobOf.Cluster.of(after), Present.YES);
        JobOf.Queue queue = JobOf.Queue.of(after);
        if (queue != null) {
            edit.jobsByQueue.put(queue, Present.YES);
        }
    }

    private void remove(Job job) {
        edit.jobRows.remove(job.id());
        edit.jobsByCluster.remove(JobOf.Cluster.of(job));
        JobOf.Queue queue = JobOf.Queue.of(job);
        if (queue != null) {
            edit.jobsByQueue.remove(queue);
        }
    }
}
