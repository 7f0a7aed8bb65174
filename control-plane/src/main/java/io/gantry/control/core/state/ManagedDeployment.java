package io.gantry.control.core.state;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentConfiguration;

/**
 * A deployment of a managed daemon: how it came from some revisions to another, or to none.
 *
 * @param target number of the revision that it brings; 0 if the daemon is deleted
 * @param sources numbers of the revisions that ran when it began
 * @param reason of the status, or null
 * @param bakeUntilMillis until when what the latest step has done is watched; 0 while a step is
 *     under way
 * @param breaker counts tasks that failed
 * @param rollback null unless it goes, or went, back
 */
public record ManagedDeployment(
        Key key,
        long target,
        List<Long> sources,
        DaemonDeploymentConfiguration configuration,
        Status status,
        @Nullable String reason,
        Times times,
        long bakeUntilMillis,
        Breaker breaker,
        @Nullable Rollback rollback) {
    /** The part of the machines that drain at once unless told otherwise, which ECS tells none. */
    public static final double DRAIN_PERCENT = 25.0;

    private static final long MINUTE_MILLIS = 60_000;

    public ManagedDeployment {
        sources = List.copyOf(sources);
    }

    /** Where a deployment is, in the words of ECS. */
    public enum Status {
        PENDING,
        IN_PROGRESS,
        SUCCESSFUL,
        STOPPED,
        ROLLBACK_IN_PROGRESS,
        ROLLBACK_SUCCESSFUL,
        ROLLBACK_FAILED;

        public boolean over() {
            return this != PENDING && this != IN_PROGRESS && this != ROLLBACK_IN_PROGRESS;
        }
    }

    /** A deployment by its daemon and its id. */
    public record Key(ServiceKey daemon, String id) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::daemon).thenComparing(Key::id);

        /** The key of the deployment of that number; ids look like those of services. */
        public static Key of(ServiceKey daemon, long number) {
            var alike = ServiceDeployment.Key.of(new ServiceRevision.Key(daemon, number));
            return new Key(daemon, alike.id());
        }

        /** Reads what {@link #toString} writes. */
        public static Key parse(String text) {
            int space = text.indexOf(' ');
            return new Key(ServiceKey.parse(text.substring(0, space)), text.substring(space + 1));
        }

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return daemon + " " + id;
        }
    }

    /**
     * When it passed the points of its life, in milliseconds since the epoch; 0 for not yet.
     *
     * @param stopped when it was ended before it was through
     */
    public record Times(long created, long started, long stopped, long finished) {}

    /**
     * Counts tasks that ended by themselves.
     *
     * @param threshold so many are too many
     * @param triggered whether they have been
     */
    public record Breaker(int failures, int threshold, boolean triggered) {}

    /**
     * The way back.
     *
     * @param failures of tasks since it began
     */
    public record Rollback(
            String reason,
            long startedAtMillis,
            long revision,
            List<String> providers,
            int failures) {
        public Rollback {
            providers = List.copyOf(providers);
        }
    }

    /** One that nothing has been done for. */
    public static ManagedDeployment pending(
            Key key,
            long target,
            List<Long> sources,
            DaemonDeploymentConfiguration configuration,
            int threshold,
            long nowMillis) {
        return new ManagedDeployment(
                key,
                target,
                sources,
                configuration,
                Status.PENDING,
                null,
                new Times(nowMillis, 0, 0, 0),
                nowMillis,
                new Breaker(0, threshold, false),
                null);
    }

    /** How many of so many machines may drain at once. */
    public static int batch(DaemonDeploymentConfiguration configuration, int machines) {
        Double percent = configuration.drainPercent();
        double share = (percent == null ? DRAIN_PERCENT : percent) / 100;
        return Math.max(1, (int) (machines * share));
    }

    public long bakeMillis() {
        Integer minutes = configuration.bakeTimeInMinutes();
        return minutes == null ? 0 : minutes * MINUTE_MILLIS;
    }

    /** So many failures are too many. */
    public ManagedDeployment tolerating(int threshold) {
        return with(new Breaker(breaker.failures, threshold, breaker.triggered), rollback);
    }

    /** Something is done for it. */
    public ManagedDeployment begun(long nowMillis) {
        return status == Status.PENDING
                ? with(Status.IN_PROGRESS, reason, new Times(times.created, nowMillis, 0, 0))
                : this;
    }

    /** A step begins, with 0, or what it has done is watched until then. */
    public ManagedDeployment baking(long untilMillis) {
        return new ManagedDeployment(
                key,
                target,
                sources,
                configuration,
                status,
                reason,
                times,
                untilMillis,
                breaker,
                rollback);
    }

    /** Says why it does not get on, or null. */
    public ManagedDeployment noting(@Nullable String note) {
        return with(status, note, times);
    }

    /** One more task has failed. */
    public ManagedDeployment failing() {
        Rollback way = rollback;
        return way == null
                ? with(
                        new Breaker(breaker.failures + 1, breaker.threshold, breaker.triggered),
                        null)
                : with(
                        breaker,
                        new Rollback(
                                way.reason,
                                way.startedAtMillis,
                                way.revision,
                                way.providers,
                                way.failures + 1));
    }

    /** Whether so many tasks have failed that it has. */
    public boolean hasFailed() {
        int count = rollback == null ? breaker.failures : rollback.failures;
        return count >= breaker.threshold;
    }

    /** Goes back to an earlier revision. */
    public ManagedDeployment goingBack(String why, ManagedRevision revision, long nowMillis) {
        var way = new Rollback(why, nowMillis, revision.key().number(), revision.providers(), 0);
        return with(new Breaker(breaker.failures, breaker.threshold, true), way)
                .with(Status.ROLLBACK_IN_PROGRESS, why, times)
                .baking(nowMillis);
    }

    /** Its failures were too many, and there is nothing to go back to. */
    public ManagedDeployment tripped() {
        return with(new Breaker(breaker.failures, breaker.threshold, true), rollback);
    }

    /** It is over. */
    public ManagedDeployment ended(Status how, @Nullable String why, long nowMillis) {
        long stopped = how == Status.STOPPED ? nowMillis : 0;
        return with(how, why, new Times(times.created, times.started, stopped, nowMillis));
    }

    private ManagedDeployment with(Breaker counted, @Nullable Rollback way) {
        return new ManagedDeployment(
                key,
                target,
                sources,
                configuration,
                status,
                reason,
                times,
                bakeUntilMillis,
                counted,
                way);
    }

    private ManagedDeployment with(Status next, @Nullable String why, Times passed) {
        return new ManagedDeployment(
                key,
                target,
                sources,
                configuration,
                next,
                why,
                passed,
                bakeUntilMillis,
                breaker,
                rollback);
    }
}
