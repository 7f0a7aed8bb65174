package io.gantry.control.core.state;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.Task.Container;
import io.gantry.control.core.state.Task.Status;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/**
 * A task that somebody asked more of than to run once, at once. While it waits for a place there is
 * no {@link Task}; once placed there is one with the same id, and this row says what is to become
 * of it. A task that never found a place ends here.
 *
 * @param containers as they are before anything is known of them
 * @param provision its capacity beyond the launch type; null for nothing special
 * @param end why it stopped without having been placed; null in other stages
 */
public record Job(
        TaskId id,
        String cluster,
        Ask ask,
        @Nullable Provision provision,
        List<Container> containers,
        Stage stage,
        Turn turn,
        Attempt attempt,
        @Nullable End end) {

    /** Stands for the worker of a task that has none. */
    public static final WorkerId NOWHERE = new WorkerId(0, 0);

    public Job {
        containers = List.copyOf(containers);
    }

    /** How far it is. */
    public enum Stage {
        WAITING,
        PLACED,
        STOPPED
    }

    /**
     * What was asked for, so that it can be placed at any time, and once more.
     *
     * @param constraints those of the definition among them
     */
    public record Ask(
            TaskDefinitionKey taskDefinition,
            Footprint footprint,
            String group,
            @Nullable String startedBy,
            String launchType,
            @Nullable TaskOverride overrides,
            boolean executeCommand,
            List<Tag> tags,
            List<PlacementConstraint> constraints,
            List<PlacementStrategy> strategies) {
        public Ask {
            tags = List.copyOf(tags);
            constraints = List.copyOf(constraints);
            strategies = List.copyOf(strategies);
        }

        /** What the tags ask for. */
        public JobTags terms() {
            return JobTags.of(tags);
        }

        private Ask again(TaskId failed, int attempt) {
            return tagged(JobTags.again(tags, failed.toString(), attempt));
        }

        private Ask tagged(List<Tag> next) {
            return new Ask(
                    taskDefinition,
                    footprint,
                    group,
                    startedBy,
                    launchType,
                    overrides,
                    executeCommand,
                    next,
                    constraints,
                    strategies);
        }
    }

    /**
     * Its time without a place.
     *
     * @param arrival number of the command that brought it: lower ones come first
     * @param notBeforeMillis until then it is held back, as it is run again
     * @param untilMillis when it is given up; 0 for never
     */
    public record Turn(long arrival, long createdAtMillis, long notBeforeMillis, long untilMillis) {

        public boolean isHeldBack(long nowMillis) {
            return notBeforeMillis > nowMillis;
        }

        public boolean isOver(long nowMillis) {
            return untilMillis != 0 && untilMillis <= nowMillis;
        }
    }

    /**
     * Which run of the same work it is.
     *
     * @param number from 1 on
     * @param failed whether it is known to have failed
     * @param last whether it is not to be run again, whatever happens
     */
    public record Attempt(int number, boolean failed, boolean last) {
        public static final Attempt FIRST = new Attempt(1, false, false);
    }

    /** Why, in ECS's words, and when. */
    public record End(String code, String reason, long atMillis) {}

    /** One that waits for a place from now on. */
    public static Job waiting(
            TaskId id,
            String cluster,
            Ask ask,
            @Nullable Provision provision,
            List<Container> containers,
            Turn turn) {
        return new Job(
                id, cluster, ask, provision, containers, Stage.WAITING, turn, Attempt.FIRST, null);
    }

    public JobTags terms() {
        return ask.terms();
    }

    public boolean isWaiting() {
        return stage == Stage.WAITING;
    }

    public JobTags.@Nullable Queue queue() {
        return terms().queue();
    }

    /** Whether it may be placed if there is room, and if it is its turn. */
    public boolean isDue(long nowMillis) {
        return isWaiting() && !turn.isHeldBack(nowMillis) && !turn.isOver(nowMillis);
    }

    /** There is a task of its id now, which knows its containers. */
    public Job placed() {
        return new Job(id, cluster, ask, provision, List.of(), Stage.PLACED, turn, attempt, null);
    }

    /** It has ended without a place. */
    public Job stopped(String code, String reason, long nowMillis) {
        var over = new End(code, reason, nowMillis);
        return new Job(id, cluster, ask, provision, containers, Stage.STOPPED, turn, attempt, over);
    }

    /** With other tags, but the same terms. */
    public Job tagged(List<Tag> tags) {
        Ask next = ask.tagged(JobTags.keeping(ask.tags(), tags));
        return new Job(id, cluster, next, provision, containers, stage, turn, attempt, end);
    }

    /** It has failed. */
    public Job failed() {
        return with(new Attempt(attempt.number(), true, attempt.last()));
    }

    /** Whatever becomes of it, it is not run again. */
    public Job last() {
        return with(new Attempt(attempt.number(), attempt.failed(), true));
    }

    private Job with(Attempt next) {
        return new Job(id, cluster, ask, provision, containers, stage, turn, next, end);
    }

    /** Whether another task is to be run in its place once it has stopped. */
    public boolean isToRunAgain() {
        return attempt.failed() && !attempt.last() && attempt.number() <= terms().retries();
    }

    /** The same work once more, as another task. */
    public Job again(TaskId next, List<Container> fresh, Turn until) {
        int number = attempt.number() + 1;
        return new Job(
                next,
                cluster,
                ask.again(id, number),
                provision,
                fresh,
                Stage.WAITING,
                until,
                new Attempt(number, false, false),
                null);
    }

    /** The tag's value as it was given. */
    public String tag(String key) {
        return JobTags.text(ask.tags(), key);
    }

    /** As the task that is described: one on no worker. */
    public Task shown() {
        var origin =
                new Task.Origin(
                        cluster,
                        ask.taskDefinition(),
                        NOWHERE,
                        ask.footprint(),
                        null,
                        0,
                        ask.group(),
                        ask.startedBy(),
                        ask.launchType(),
                        ask.overrides(),
                        ask.executeCommand(),
                        Map.of(),
                        null,
                        provision);
        var created = new Task.Times(turn.createdAtMillis(), 0, 0, 0, 0, 0, 0, 0);
        var begin =
                new Task.Progress(
                        Status.PENDING,
                        Status.RUNNING,
                        containers,
                        created,
                        null,
                        null,
                        null,
                        false);
        var task = new Task(id, origin, ask.tags(), begin, 1);
        if (end == null) {
            return task;
        }
        return task.stopping(end.code(), end.reason(), end.atMillis())
                .observed(
                        Status.STOPPED,
                        containers.stream().map(Container::stopped).toList(),
                        created.givenUp(end.atMillis()))
                .counted();
    }
}
