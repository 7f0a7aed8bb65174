package io.gantry.control.api;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Newcomer;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.schedule.SplitPlan.Place;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * Tasks of one request, wherever they were placed, on their way into the cluster: proposed in one
 * or more commands, each of which may be refused in parts, and started once however often the
 * request is repeated.
 */
final class Starting {
    private final ApiContext context;
    private final Quorum quorum;
    private final String cluster;
    private final TaskDefinitionRow definition;
    private final Launch launch;
    private final @Nullable Token token;
    private final String fingerprint;
    private final List<TaskId> started = new ArrayList<>();

    /**
     * Nothing has been proposed yet.
     *
     * @param token tells the request from others; null if it cannot be told
     * @param fingerprint of the request, to tell another use of the token
     */
    Starting(
            ApiContext context,
            Quorum quorum,
            String cluster,
            TaskDefinitionRow definition,
            Launch launch,
            @Nullable Token token,
            String fingerprint) {
        this.context = context;
        this.quorum = quorum;
        this.cluster = cluster;
        this.definition = definition;
        this.launch = launch;
        this.token = token;
        this.fingerprint = fingerprint;
    }

    /** How many tasks have been started. */
    int count() {
        return started.size();
    }

    /** Whether the request has been answered before: then its tasks are those of the first time. */
    boolean isRepetition(ClusterState state) {
        TokenUse used = token == null ? null : state.tokens().get(token);
        if (used == null) {
            return false;
        }
        if (!used.fingerprint().equals(fingerprint)) {
            throw conflict(used.tasks());
        }
        started.addAll(used.tasks());
        return true;
    }

    /**
     * What became of a proposal.
     *
     * @param own whether this request's own tasks were started, and not those of one before
     * @param refused places that were taken meanwhile
     */
    record Outcome(boolean own, List<WorkerId> refused) {}

    /** Starts one task on each of these workers. */
    Outcome propose(List<WorkerId> places) {
        return propose(places.stream().map(each -> new Place(each, null)).toList(), _ -> null);
    }

    /**
     * Starts one task in each of these places.
     *
     * @param provisions what tasks of a provider, or of none, are given
     */
    Outcome propose(
            List<Place> places, Function<@Nullable String, @Nullable Provision> provisions) {
        List<Start> starts =
                places.stream()
                        .map(
                                place ->
                                        new Start(
                                                context.ids().task(),
                                                place.worker(),
                                                Launches.containers(definition, context.ids()),
                                                provisions.apply(place.provider())))
                        .toList();
        List<TaskId> now =
                started(
                        new Command.RunTasks(
                                cluster,
                                definition.key(),
                                token,
                                fingerprint,
                                !started.isEmpty(),
                                launch,
                                starts));
        return new Outcome(
                starts.stream().map(Start::task).toList().containsAll(now),
                starts.stream()
                        .filter(start -> !now.contains(start.task()))
                        .map(Start::worker)
                        .toList());
    }

    /**
     * Starts jobs, or lets them wait; whether any were this request's own, and not those of one
     * before.
     */
    boolean propose(Job.Ask ask, List<Newcomer> newcomers) {
        List<TaskId> now =
                started(
                        new Command.RunJobs(
                                cluster, ask, token, fingerprint, !started.isEmpty(), newcomers));
        return !now.isEmpty() && newcomers.stream().map(Newcomer::task).toList().containsAll(now);
    }

    private List<TaskId> started(Command command) {
        Reply reply = quorum.acceptPart(command);
        if (reply instanceof Reply.Conflict(List<TaskId> tasks)) {
            throw conflict(tasks);
        }
        if (!(reply instanceof Reply.Started(List<TaskId> now, _))) {
            throw new IllegalStateException("unexpected reply " + reply);
        }
        started.addAll(now);
        return now;
    }

    private RuntimeException conflict(List<TaskId> tasks) {
        Names names = Names.of(quorum.state());
        return ConflictException.builder()
                .message("The clientToken was used before for a request with other parameters.")
                .resourceIds(tasks.stream().map(id -> names.task(cluster, id)).toList())
                .build();
    }

    /** Those that have been started. */
    List<io.gantry.control.core.state.Task> tasks(ClusterState state) {
        return started.stream().flatMap(id -> Stream.ofNullable(state.described(id))).toList();
    }

    /** Those that have been started, as descriptions show them. */
    List<Task> described(ClusterState state) {
        var view = new TaskView(state);
        return started.stream()
                .map(state::described)
                .filter(Objects::nonNull)
                .map(task -> view.of(task, true))
                .toList();
    }
}
