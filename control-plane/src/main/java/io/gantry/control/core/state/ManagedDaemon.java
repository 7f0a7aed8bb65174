package io.gantry.control.core.state;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * A managed daemon: one task on each machine of some capacity providers, started there before all
 * others. It is no service, but its tasks are kept under a key of the same form.
 *
 * @param key made by {@link ServiceKey#ofDaemon}
 * @param target number of the revision that each machine is to run
 * @param completed number of the revision that was rolled out last as a whole, 0 for none
 * @param ongoing id of the deployment that is under way, or null
 * @param latest id of the deployment that was begun last
 * @param stalled whether its first revision has failed: what runs stays, nothing is started
 * @param version bumped by every change of the goal and by every accepted step
 */
public record ManagedDaemon(
        ServiceKey key,
        Status status,
        long target,
        long completed,
        @Nullable String ongoing,
        String latest,
        boolean stalled,
        List<Tag> tags,
        long createdAtMillis,
        long updatedAtMillis,
        long version) {
    public ManagedDaemon {
        tags = List.copyOf(tags);
    }

    /** As ECS has it. */
    public enum Status {
        ACTIVE,
        DELETE_IN_PROGRESS
    }

    /** One that begins with a deployment of a revision. */
    public static ManagedDaemon created(
            ManagedRevision first, ManagedDeployment deployment, List<Tag> tags, long nowMillis) {
        String id = deployment.key().id();
        return new ManagedDaemon(
                first.key().daemon(),
                Status.ACTIVE,
                first.key().number(),
                0,
                id,
                id,
                false,
                tags,
                nowMillis,
                nowMillis,
                1);
    }

    public boolean active() {
        return status == Status.ACTIVE;
    }

    /** Its machines are to run this revision, which a deployment brings. */
    public ManagedDaemon deploying(long revision, ManagedDeployment deployment, long nowMillis) {
        String id = deployment.key().id();
        return next(status, revision, completed, id, id, false, nowMillis);
    }

    /** The deployment goes back to what was completed last. */
    public ManagedDaemon goingBack() {
        return next(status, completed, completed, ongoing, latest, false, updatedAtMillis);
    }

    /** The deployment has brought its revision to all machines. */
    public ManagedDaemon rolledOut() {
        return next(status, target, target, null, latest, false, updatedAtMillis);
    }

    /**
     * The deployment is over without success.
     *
     * @param nowStalled whether nothing is started any more
     */
    public ManagedDaemon failed(boolean nowStalled) {
        return next(status, target, completed, null, latest, nowStalled, updatedAtMillis);
    }

    /** It goes, which is a deployment too. */
    public ManagedDaemon deleting(ManagedDeployment deployment, long nowMillis) {
        String id = deployment.key().id();
        return next(Status.DELETE_IN_PROGRESS, target, completed, id, id, stalled, nowMillis);
    }

    public ManagedDaemon tagged(List<Tag> changed) {
        return new ManagedDaemon(
                key,
                status,
                target,
                completed,
                ongoing,
                latest,
                stalled,
                changed,
                createdAtMillis,
                updatedAtMillis,
                version + 1);
    }

    /** A step has been taken. */
    public ManagedDaemon stepped() {
        return next(status, target, completed, ongoing, latest, stalled, updatedAtMillis);
    }

    private ManagedDaemon next(
            Status nextStatus,
            long nextTarget,
            long nextCompleted,
            @Nullable String nextOngoing,
            String nextLatest,
            boolean nowStalled,
            long updatedMillis) {
        return new ManagedDaemon(
                key,
                nextStatus,
                nextTarget,
                nextCompleted,
                nextOngoing,
                nextLatest,
                nowStalled,
                tags,
                createdAtMillis,
                updatedMillis,
                version + 1);
    }
}
