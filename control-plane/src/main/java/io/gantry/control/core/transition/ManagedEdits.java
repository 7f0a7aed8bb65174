package io.gantry.control.core.transition;

import io.gantry.common.check.Check;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.CreateDaemon;
import io.gantry.control.core.command.Command.DaemonSpec;
import io.gantry.control.core.command.Command.DeleteDaemon;
import io.gantry.control.core.command.Command.UpdateDaemon;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.schedule.ManagedNeed;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedDeployment.Status;
import io.gantry.control.core.state.ManagedPost;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.TaskOf;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Changes that users make to managed daemons, and what follows from what has become of them. */
final class ManagedEdits {
    private static final long KEPT_MILLIS = 90L * 24 * 60 * 60 * 1000;
    private static final int PERCENT = 50;
    private static final int LEAST = 3;
    private static final int MOST = 200;

    private final Edit edit;
    private final ManagedTables rows;

    ManagedEdits(Edit edit) {
        this.edit = edit;
        this.rows = edit.managedRows;
    }

    Reply create(CreateDaemon create) {
        ServiceKey key = create.daemon();
        if (edit.activeCluster(key.cluster()) == null) {
            return Edit.noCluster();
        }
        ManagedDaemon known = rows.daemons.get(key);
        if (known != null) {
            return repeated(create, known);
        }
        Refused wrong = refusal(key.cluster(), create.spec());
        if (wrong != null) {
            return wrong;
        }
        ManagedRevision revision = revision(key, create.number(), create.spec());
        ManagedDeployment deployment = begin(revision, create.spec(), List.of());
        rows.daemons.put(
                key, ManagedDaemon.created(revision, deployment, create.tags(), edit.nowMillis));
        counted(key);
        Token token = create.token();
        if (token != null) {
            edit.remember(
                    new TokenUse(token, create.fingerprint(), List.of()), Edit.TOKEN_KEPT_MILLIS);
        }
        edit.touch(key);
        return Edit.done();
    }

    private Reply repeated(CreateDaemon create, ManagedDaemon known) {
        Token token = create.token();
        TokenUse used = token == null ? null : edit.tokenRows.get(token);
        if (used != null && used.fingerprint().equals(create.fingerprint())) {
            return Edit.done();
        }
        return Edit.refused(
                Cause.INVALID_PARAMETER,
                known.active()
                        ? "Creation of daemon was not idempotent."
                        : "Unable to create a daemon while an earlier one of the same name is being"
                                + " deleted.");
    }

    Reply update(UpdateDaemon update) {
        ManagedDaemon known = rows.daemons.get(update.daemon());
        if (known == null) {
            return notFound();
        }
        if (!known.active()) {
            return notActive();
        }
        Refused wrong = refusal(known.key().cluster(), update.spec());
        if (wrong != null) {
            return wrong;
        }
        supersede(known, "The deployment was superseded by another one.");
        ManagedRevision revision = revision(known.key(), update.number(), update.spec());
        ManagedDeployment deployment = begin(revision, update.spec(), running(known.key()));
        rows.daemons.put(
                known.key(), known.deploying(revision.key().number(), deployment, edit.nowMillis));
        counted(known.key());
        forgive(known.key());
        edit.managedDefinitions().sweep();
        edit.touch(known.key());
        return Edit.done();
    }

    /** Nothing has to leave its machines for that, as these stay. */
    Reply delete(DeleteDaemon delete) {
        ManagedDaemon known = rows.daemons.get(delete.daemon());
        if (known == null) {
            return notFound();
        }
        if (!known.active()) {
            return notActive();
        }
        ServiceKey key = known.key();
        supersede(known, "The daemon is being deleted.");
        ManagedDeployment deployment =
                ManagedDeployment.pending(
                                ManagedDeployment.Key.of(key, delete.number()),
                                0,
                                running(key),
                                latest(known).configuration(),
                                0,
                                edit.nowMillis)
                        .begun(edit.nowMillis);
        rows.deployments.put(deployment.key(), deployment);
        rows.daemons.put(key, known.deleting(deployment, edit.nowMillis));
        releaseAll(key);
        for (Task task : edit.before.aliveOf(key).toList()) {
            if (task.lost()) {
                new LossEdits(edit).giveUp(task);
            } else {
                edit.tasks()
                        .stop(
                                edit.task(task.id()),
                                ManagedSteps.CODE,
                                "The daemon has been deleted.");
            }
        }
        edit.touch(key);
        return Edit.done();
    }

    private static Refused notFound() {
        return Edit.refused(Cause.DAEMON_NOT_FOUND, "The specified daemon wasn't found.");
    }

    private static Refused notActive() {
        return Edit.refused(Cause.DAEMON_NOT_ACTIVE, "The specified daemon isn't active.");
    }

    /** What is wrong with a configuration; null for nothing. */
    private @Nullable Refused refusal(String cluster, DaemonSpec spec) {
        ManagedDefinition definition = rows.definitions.get(spec.definition());
        if (definition == null || !definition.active()) {
            return Edit.refused(Cause.TASK_DEFINITION, "DaemonTaskDefinition is inactive");
        }
        Cluster row = edit.cluster(cluster);
        for (String provider : spec.providers()) {
            if (!row.spec().capacityProviders().contains(provider)) {
                return Edit.refused(
                        Cause.INVALID_PARAMETER,
                        "The specified capacity provider '"
                                + provider
                                + "' is not associated with the cluster. Associate the capacity"
                                + " provider with the cluster and try again.");
            }
        }
        return null;
    }

    private ManagedRevision revision(ServiceKey key, long number, DaemonSpec spec) {
        var revision =
                new ManagedRevision(
                        new ManagedRevision.Key(key, number),
                        spec.definition(),
                        spec.providers(),
                        spec.propagatesTags(),
                        spec.managedTags(),
                        spec.executeCommand(),
                        Map.of(),
                        edit.nowMillis);
        rows.revisions.put(revision.key(), revision);
        return revision;
    }

    private ManagedDeployment begin(ManagedRevision revision, DaemonSpec spec, List<Long> sources) {
        var key = ManagedDeployment.Key.of(revision.key().daemon(), revision.key().number());
        var deployment =
                ManagedDeployment.pending(
                        key,
                        revision.key().number(),
                        sources,
                        spec.configuration(),
                        LEAST,
                        edit.nowMillis);
        rows.deployments.put(key, deployment);
        return deployment;
    }

    /**
     * The failures that a deployment may have follow from its machines, as those of services from
     * their desired count; ECS does not say how.
     */
    private void counted(ServiceKey key) {
        ManagedDaemon daemon = daemon(key);
        ManagedRevision revision =
                rows.revisions.get(new ManagedRevision.Key(key, daemon.target()));
        TaskDefinitionRow definition =
                revision == null ? null : edit.taskDefinitionRows.get(revision.definition());
        if (revision == null || definition == null) {
            return;
        }
        var need = new ManagedNeed(daemon, revision, definition);
        long machines =
                edit.before
                        .workersOf(key.cluster())
                        .filter(worker -> need.wants(edit.before, worker))
                        .count();
        int threshold = Math.clamp(Math.ceilDiv(machines * PERCENT, 100L), LEAST, MOST);
        ManagedDeployment deployment = latest(daemon);
        rows.deployments.put(deployment.key(), deployment.tolerating(threshold));
    }

    /** The revisions that have tasks. */
    private List<Long> running(ServiceKey key) {
        return edit.before.aliveOf(key).map(Task::deployment).distinct().sorted().toList();
    }

    ManagedDaemon daemon(ServiceKey key) {
        return Check.present(rows.daemons.get(key), key);
    }

    ManagedDeployment latest(ManagedDaemon daemon) {
        return Check.present(
                rows.deployments.get(new ManagedDeployment.Key(daemon.key(), daemon.latest())),
                daemon);
    }

    private void supersede(ManagedDaemon daemon, String why) {
        if (daemon.ongoing() != null) {
            end(latest(daemon), Status.STOPPED, why);
        }
    }

    /** Ends a deployment, which is kept for a while. */
    void end(ManagedDeployment deployment, Status how, @Nullable String why) {
        rows.deployments.put(deployment.key(), deployment.ended(how, why, edit.nowMillis));
        edit.due(KEPT_MILLIS, Deadline.Kind.FORGET_DAEMON_DEPLOYMENT, deployment.key());
    }

    /** Removes an old deployment, and its revision if nothing else is left of it. */
    void forget(ManagedDeployment.Key key) {
        ManagedDeployment deployment = rows.deployments.get(key);
        ManagedDaemon daemon = rows.daemons.get(key.daemon());
        if (deployment == null) {
            return;
        }
        if (daemon != null && daemon.latest().equals(key.id())) {
            edit.due(KEPT_MILLIS, Deadline.Kind.FORGET_DAEMON_DEPLOYMENT, key);
            return;
        }
        rows.deployments.remove(key);
        long number = deployment.target();
        boolean used =
                (daemon != null && (daemon.target() == number || daemon.completed() == number))
                        || edit.before
                                .aliveOf(key.daemon())
                                .anyMatch(task -> task.deployment() == number);
        if (!used) {
            rows.revisions.remove(new ManagedRevision.Key(key.daemon(), number));
        }
    }

    /** What has failed is forgotten, as another revision is tried. */
    void forgive(ServiceKey key) {
        posts(key).forEach(post -> put(post.forgiven()));
    }

    /** No machine drains for the daemon's sake any more, and nothing is known of its posts. */
    void releaseAll(ServiceKey key) {
        for (ManagedPost post : posts(key)) {
            release(post);
            rows.posts.remove(post.key());
        }
    }

    private List<ManagedPost> posts(ServiceKey key) {
        return rows.done().postsOf(key).toList();
    }

    ManagedPost post(ServiceKey key, WorkerId worker) {
        var at = new ManagedPost.Key(key, worker);
        ManagedPost known = rows.posts.get(at);
        return known == null ? ManagedPost.quiet(at) : known;
    }

    void put(ManagedPost post) {
        if (post.idle()) {
            rows.posts.remove(post.key());
        } else {
            rows.posts.put(post.key(), post);
        }
    }

    /** The machine drains until the daemon is in order there. */
    void hold(ManagedPost post) {
        Worker worker = edit.workerRows.get(post.key().worker());
        if (worker == null || worker.status() == Worker.Status.INACTIVE) {
            return;
        }
        put(post.holding(edit.nowMillis));
        if (worker.status() == Worker.Status.ACTIVE) {
            edit.workerRows.put(worker.id(), worker.becoming(Worker.Status.DRAINING));
            edit.workers().moved(worker);
        }
    }

    /** The machine is active again, unless another daemon still wants it to drain. */
    void release(ManagedPost post) {
        put(post.released());
        Worker worker = edit.workerRows.get(post.key().worker());
        if (post.held()
                && worker != null
                && worker.status() == Worker.Status.DRAINING
                && !isHeld(worker)) {
            edit.workerRows.put(worker.id(), worker.becoming(Worker.Status.ACTIVE));
            edit.workers().moved(worker);
        }
    }

    /** Whether a machine drains for the sake of a daemon. */
    boolean isHeld(Worker worker) {
        return edit.before
                .managed()
                .daemonsOf(worker.cluster())
                .anyMatch(daemon -> post(daemon.key(), worker.id()).held());
    }

    /** Somebody else decides on a machine: daemons do not any more. */
    void claimed(Worker worker) {
        edit.before
                .managed()
                .daemonsOf(worker.cluster())
                .forEach(
                        daemon ->
                                rows.posts.remove(new ManagedPost.Key(daemon.key(), worker.id())));
    }

    /** Whether a daemon is to run on machines of one of these providers, or may be again. */
    boolean uses(String cluster, List<String> providers) {
        return edit.before
                .managed()
                .daemonsOf(cluster)
                .filter(ManagedDaemon::active)
                .flatMap(
                        daemon ->
                                Stream.of(daemon.target(), daemon.completed())
                                        .map(
                                                number ->
                                                        new ManagedRevision.Key(
                                                                daemon.key(), number)))
                .flatMap(key -> Stream.ofNullable(rows.revisions.get(key)))
                .flatMap(revision -> revision.providers().stream())
                .anyMatch(providers::contains);
    }

    /** All daemons of a cluster look at its machines. */
    void lookAll(String cluster) {
        edit.before.managed().daemonsOf(cluster).map(ManagedDaemon::key).forEach(edit::touch);
    }

    /** A task has reported what its images are; the first says it for all of its revision. */
    void pin(Task task, Map<String, String> found) {
        ServiceKey key = task.service();
        ManagedRevision revision =
                key == null
                        ? null
                        : rows.revisions.get(new ManagedRevision.Key(key, task.deployment()));
        if (revision != null && !revision.imageDigests().keySet().containsAll(found.keySet())) {
            rows.revisions.put(revision.key(), revision.pinning(found));
        }
    }

    /** Draws the conclusions: a daemon that was deleted has gone when its last task has. */
    void settle(ServiceKey key) {
        ManagedDaemon daemon = rows.daemons.get(key);
        if (daemon == null || daemon.active() || hasTasks(key)) {
            return;
        }
        end(latest(daemon), Status.SUCCESSFUL, null);
        rows.daemons.remove(key);
        edit.managedDefinitions().sweep();
    }

    private boolean hasTasks(ServiceKey key) {
        return edit.tasksByService
                .done()
                .streamFrom(TaskOf.Service.first(key))
                .map(Map.Entry::getKey)
                .findFirst()
                .filter(first -> first.service().equals(key) && !first.stopped())
                .isPresent();
    }
}
