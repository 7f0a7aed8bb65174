package io.gantry.control.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/** A lab in which jobs are run, with a leader that looks at whatever was touched. */
final class Shift {
    static final String CLUSTER = Lab.CLUSTER;

    final Lab lab;
    final TaskDefinitionKey definition;

    Shift(long seed) {
        lab = new Lab(seed);
        definition = lab.definition("etl", Lab.SMALL);
    }

    /** A machine for so many tasks. */
    WorkerId worker(int tasks) {
        return lab.worker(256 * tasks, 128 * tasks, Map.of());
    }

    Job.Ask ask(String... tags) {
        return ask(Lab.SMALL, tags);
    }

    Job.Ask ask(Footprint footprint, String... tags) {
        List<Tag> all =
                Stream.of(tags)
                        .map(tag -> tag.split("=", 2))
                        .map(tag -> Tag.builder().key(tag[0]).value(tag[1]).build())
                        .toList();
        return new Job.Ask(
                definition,
                footprint,
                "family:etl",
                "me",
                "EC2",
                null,
                false,
                all,
                List.of(),
                List.of());
    }

    Reply run(Job.Ask ask, int count, @Nullable String token) {
        return run(ask, count, token, null);
    }

    /** One that is wanted on a machine at once. */
    Reply runAt(Job.Ask ask, WorkerId worker) {
        return run(ask, 1, null, worker);
    }

    private Reply run(Job.Ask ask, int count, @Nullable String token, @Nullable WorkerId worker) {
        var row = Check.present(lab.state().taskDefinitions().get(definition), definition);
        List<Command.Newcomer> newcomers =
                Stream.generate(
                                () ->
                                        new Command.Newcomer(
                                                lab.ids.task(),
                                                Launches.containers(row, lab.ids),
                                                worker,
                                                null))
                        .limit(count)
                        .toList();
        Reply reply =
                lab.apply(
                        new Command.RunJobs(
                                CLUSTER,
                                ask,
                                token == null ? null : new Token("RunTask/" + CLUSTER, token),
                                "print",
                                false,
                                newcomers));
        Audit.check(lab.state());
        return reply;
    }

    /** One that waits from now on. */
    TaskId run(String... tags) {
        return started(run(ask(tags), 1, null)).getFirst();
    }

    /** In the order in which they are to be placed; those of one request are alike. */
    static List<TaskId> started(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Started.class);
        return ((Reply.Started) reply).started().stream().sorted().toList();
    }

    /** What the leader does until nothing more can be placed. */
    List<TaskId> place() {
        var placed = new ArrayList<TaskId>();
        for (Command.PlaceJobs next = next(); next != null; next = next()) {
            List<TaskId> now = ((Reply.Started) lab.apply(next)).started();
            assertThat(now).as("what is proposed can be done").hasSize(next.placings().size());
            Audit.check(lab.state());
            placed.addAll(now);
        }
        return placed;
    }

    private Command.@Nullable PlaceJobs next() {
        Set<TaskId> all = new TreeSet<>();
        lab.state().jobs().waitingIn(CLUSTER).map(Job::id).forEach(all::add);
        return JobPlanner.next(lab.state(), CLUSTER, all, Set.of(), lab.random).command();
    }

    void pass(Duration duration) {
        lab.pass(duration);
        Audit.check(lab.state());
    }

    void runs(TaskId task) {
        lab.observe(task, Task.Status.RUNNING, null);
        Audit.check(lab.state());
    }

    void ends(TaskId task, int exitCode) {
        lab.observe(task, Task.Status.STOPPED, exitCode);
        Audit.check(lab.state());
    }

    void stop(TaskId task) {
        lab.apply(new Command.StopTask(task, "UserInitiated", "enough"));
        Audit.check(lab.state());
    }

    Task shown(TaskId task) {
        return Check.present(lab.state().described(task), task);
    }

    boolean waits(TaskId task) {
        Job job = lab.state().jobs().rows().get(task);
        return job != null && job.isWaiting();
    }

    boolean isPlaced(TaskId task) {
        Task placed = lab.state().tasks().get(task);
        return placed != null && placed.alive();
    }

    List<Job> waiting() {
        return lab.state().jobs().waitingIn(CLUSTER).toList();
    }

    static String tag(Task task, String key) {
        return task.tags().stream()
                .filter(each -> each.key().equals(key))
                .map(Tag::value)
                .findFirst()
                .orElse("");
    }
}
