package io.gantry.control.core.state;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;

/**
 * The way of a service from some revisions to another one, described long after it is over.
 *
 * @param target the revision that it is to bring
 * @param sources the revisions that had tasks when it began
 * @param configuration of the service when it began
 * @param reason the sentence that ECS says of the status, or null
 * @param trial what its circuit breaker counted; as long as it goes on, the {@link Deployment} says
 * @param rollback where it goes back to, or null
 * @param staging how far it is, if it goes by stages; null for a rolling one
 * @param tallies how many tasks each revision had when it ended; empty until then
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html">Service
 *     deployments</a>
 */
public record ServiceDeployment(
        Key key,
        long target,
        List<Long> sources,
        DeploymentConfiguration configuration,
        Status status,
        @Nullable String reason,
        Times times,
        Trial trial,
        @Nullable Rollback rollback,
        @Nullable Staging staging,
        List<Tally> tallies) {

    /**
     * The name of a service deployment.
     *
     * @param id 21 letters, digits, hyphens and underscores
     */
    public record Key(ServiceKey service, String id) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::service).thenComparing(Key::id);

        private static final String LETTERS =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        private static final int LENGTH = 21;
        private static final int PER_NUMBER = 10;

        /** The one that brings a revision for the first time: an id that nobody has to draw. */
        public static Key of(ServiceRevision.Key revision) {
            var id = new StringBuilder(LENGTH);
            long bits = revision.number();
            for (int i = 0; i < LENGTH; i++) {
                bits = i % PER_NUMBER == 0 ? mixed(bits + revision.number() + i) : bits >>> 6;
                id.append(LETTERS.charAt((int) (bits & 63)));
            }
            return new Key(revision.service(), id.toString());
        }

        /** Every bit of the result depends on every bit of the number (Stafford's mix 13). */
        private static long mixed(long number) {
            long once = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
            long twice = (once ^ (once >>> 27)) * 0x94D049BB133111EBL;
            return twice ^ (twice >>> 31);
        }

        /** Reads what {@link #toString} writes. */
        public static Key parse(String text) {
            int space = text.indexOf(' ');
            return new Key(ServiceKey.parse(text.substring(0, space)), text.substring(space + 1));
        }

        @Override
        public String toString() {
            return service + " " + id;
        }

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** How far it is, in ECS's words. */
    public enum Status {
        PENDING,
        IN_PROGRESS,
        STOP_REQUESTED,
        ROLLBACK_REQUESTED,
        ROLLBACK_IN_PROGRESS,
        SUCCESSFUL,
        STOPPED,
        ROLLBACK_SUCCESSFUL,
        ROLLBACK_FAILED;

        private static final Set<Status> OVER =
                Set.of(SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED);

        /** Whether it will never be another. */
        public boolean over() {
            return OVER.contains(this);
        }
    }

    /**
     * Milliseconds since the epoch; 0 for not yet.
     *
     * @param stopped when somebody asked for it to stop
     * @param baking when its tasks were all there, if it has to prove itself for some time
     */
    public record Times(
            long created, long started, long finished, long stopped, long updated, long baking) {
        static Times created(long nowMillis) {
            return new Times(nowMillis, 0, 0, 0, nowMillis, 0);
        }

        private Times started(long now) {
            return new Times(created, started == 0 ? now : started, finished, stopped, now, baking);
        }

        private Times finished(long now) {
            return new Times(created, started, now, stopped, now, baking);
        }

        private Times stopped(long now) {
            return new Times(created, started, finished, now, now, baking);
        }

        private Times baking(long now) {
            return new Times(created, started, finished, stopped, now, now);
        }

        private Times updated(long now) {
            return new Times(created, started, finished, stopped, now, baking);
        }
    }

    /**
     * What the circuit breaker counted.
     *
     * @param threshold 0 if it was off
     * @param tripped whether the deployment failed by it
     */
    public record Trial(int failures, int threshold, boolean tripped) {
        static final Trial NONE = new Trial(0, 0, false);
    }

    /** Where it goes back to and why; {@code revision} is 0 if there is nothing to go back to. */
    public record Rollback(long revision, String reason, long startedAtMillis) {}

    /** How many tasks a revision should have, and had. */
    public record Tally(long revision, int desired, TaskCounts tasks) {}

    public ServiceDeployment {
        sources = List.copyOf(sources);
        tallies = List.copyOf(tallies);
    }

    /** One that nothing has been done for yet. */
    public static ServiceDeployment pending(
            Key key,
            long target,
            List<Long> sources,
            DeploymentConfiguration configuration,
            @Nullable Staging staging,
            long nowMillis) {
        return new ServiceDeployment(
                key,
                target,
                sources,
                configuration,
                Status.PENDING,
                null,
                Times.created(nowMillis),
                Trial.NONE,
                null,
                staging,
                List.of());
    }

    /** Whether it is on its way back. */
    public boolean rollingBack() {
        return status == Status.ROLLBACK_IN_PROGRESS;
    }

    public ServiceDeployment started(long nowMillis) {
        return with(Status.IN_PROGRESS, reason, times.started(nowMillis), trial, rollback);
    }

    /** It is over. */
    public ServiceDeployment finished(Status last, @Nullable String why, long nowMillis) {
        return with(last, why, times.finished(nowMillis), trial, rollback);
    }

    /** Somebody wants it to end; what follows happens with the next look at the service. */
    public ServiceDeployment stopping(Status requested, String why, long nowMillis) {
        return with(requested, why, times.stopped(nowMillis), trial, rollback);
    }

    public ServiceDeployment rollingBack(Rollback to, long nowMillis) {
        return with(Status.ROLLBACK_IN_PROGRESS, to.reason(), times.updated(nowMillis), trial, to);
    }

    /** Its tasks are all there and have to prove themselves from now on. */
    public ServiceDeployment baking(long nowMillis) {
        return with(status, reason, times.baking(nowMillis), trial, rollback);
    }

    public ServiceDeployment tried(Trial counted) {
        return with(status, reason, times, counted, rollback);
    }

    public ServiceDeployment staged(@Nullable Staging next, long nowMillis) {
        return new ServiceDeployment(
                key,
                target,
                sources,
                configuration,
                status,
                reason,
                times.updated(nowMillis),
                trial,
                rollback,
                next,
                tallies);
    }

    /** Keeps how many tasks there are. */
    public ServiceDeployment tallied(List<Deployment> deployments) {
        return new ServiceDeployment(
                key,
                target,
                sources,
                configuration,
                status,
                reason,
                times,
                trial,
                rollback,
                staging,
                deployments.stream()
                        .map(each -> new Tally(each.number(), each.desired(), each.tasks()))
                        .toList());
    }

    private ServiceDeployment with(
            Status next,
            @Nullable String why,
            Times changed,
            Trial counted,
            @Nullable Rollback back) {
        return new ServiceDeployment(
                key,
                target,
                sources,
                configuration,
                next,
                why,
                changed,
                counted,
                back,
                staging,
                tallies);
    }
}
