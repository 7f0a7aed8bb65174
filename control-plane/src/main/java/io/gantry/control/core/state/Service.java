package io.gantry.control.core.state;

import io.gantry.control.core.state.Task.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentController;
import software.amazon.awssdk.services.ecs.model.DeploymentControllerType;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * A service: how many tasks of which definition should run.
 *
 * @param version bumped by every change of the goal and by every accepted plan, so that of two
 *     plans made from one state only one lands
 */
public record Service(
        ServiceKey key,
        Goal goal,
        Progress progress,
        List<Tag> tags,
        long createdAtMillis,
        long version) {

    /**
     * What users want of it.
     *
     * @param spec what the user configured; without counts, deployments, events and tags
     */
    public record Goal(
            software.amazon.awssdk.services.ecs.model.Service spec,
            LifeStatus status,
            int desiredCount) {}

    /**
     * How it is doing.
     *
     * @param deployments newest first; the first is the PRIMARY one while the service is active
     * @param events newest first, at most {@link #MAX_EVENTS}
     * @param steady whether it has had what it wants since it last said so
     * @param course where its service deployments are
     */
    public record Progress(
            List<Deployment> deployments,
            List<Event> events,
            boolean steady,
            @Nullable Course course) {
        public Progress {
            deployments = List.copyOf(deployments);
            events = List.copyOf(events);
        }

        /** A service that begins with a deployment. */
        public static Progress begin(Deployment first) {
            return new Progress(List.of(first), List.of(), false, null);
        }

        /** A service that has no task sets yet. */
        public static Progress empty() {
            return new Progress(List.of(), List.of(), false, null);
        }

        private Progress steady(boolean now) {
            return new Progress(deployments, events, now, course);
        }
    }

    /**
     * Where the service deployments of a service are.
     *
     * @param completed the revision that was rolled out last as a whole, 0 for none
     * @param ongoing id of the service deployment that is under way, or null
     * @param staged whether that one goes by stages, or went until it was stopped, so that each
     *     revision has its own tasks
     */
    public record Course(long completed, @Nullable String ongoing, boolean staged) {
        static final Course NONE = new Course(0, null, false);

        public Course begun(String id, boolean byStages) {
            return new Course(completed, id, byStages);
        }

        public Course ended() {
            return new Course(completed, null, false);
        }

        /** It is over, but the revisions stay as they are. */
        public Course sideBySide() {
            return new Course(completed, null, true);
        }

        public Course completed(long revision) {
            return new Course(revision, null, false);
        }
    }

    /** As many as ECS keeps. */
    public static final int MAX_EVENTS = 100;

    /** An event is not repeated for so long. */
    private static final long QUIET_MILLIS = 6L * 60 * 60 * 1000;

    private static final int DEFAULT_MINIMUM_HEALTHY_PERCENT = 100;
    private static final int DEFAULT_MAXIMUM_PERCENT = 200;

    public Service {
        tags = List.copyOf(tags);
    }

    /** DRAINING: deleted, with tasks still running. INACTIVE: gone, but still describable. */
    public enum LifeStatus {
        ACTIVE,
        DRAINING,
        INACTIVE
    }

    /** A line in the service's diary. */
    public record Event(UUID id, long createdAtMillis, String message) {}

    public software.amazon.awssdk.services.ecs.model.Service spec() {
        return goal.spec();
    }

    public LifeStatus status() {
        return goal.status();
    }

    public int desiredCount() {
        return goal.desiredCount();
    }

    public List<Deployment> deployments() {
        return progress.deployments();
    }

    public List<Event> events() {
        return progress.events();
    }

    /** Whether it has had what it wants since it last said so. */
    public boolean steady() {
        return progress.steady();
    }

    /** Whether it wants a task on each machine instead of a number of them. */
    public boolean daemon() {
        return spec().schedulingStrategy() == SchedulingStrategy.DAEMON;
    }

    /** Where its service deployments are. */
    public Course course() {
        Course course = progress.course();
        return course == null ? Course.NONE : course;
    }

    public Service with(Course next) {
        return progressing(new Progress(deployments(), events(), steady(), next));
    }

    /** The name of the service deployment that is under way, or null. */
    public ServiceDeployment.@Nullable Key ongoing() {
        String id = course().ongoing();
        return id == null ? null : new ServiceDeployment.Key(key, id);
    }

    /** Whether somebody else than ECS deploys it, by task sets. */
    public boolean external() {
        DeploymentController controller = spec().deploymentController();
        return controller != null && controller.type() == DeploymentControllerType.EXTERNAL;
    }

    /** Whether each of its revisions, or task sets, has tasks of its own. */
    public boolean byLanes() {
        return external() || course().staged();
    }

    /** The task set that serves; null if there is none, as in services without task sets. */
    public @Nullable Deployment primarySet() {
        return deployments().stream()
                .filter(each -> each.set() != null && each.set().primary())
                .findFirst()
                .orElse(null);
    }

    /** For how long after a task's start failed health checks do not count, in milliseconds. */
    public long graceMillis() {
        Integer seconds = spec().healthCheckGracePeriodSeconds();
        return seconds == null ? 0 : seconds * 1_000L;
    }

    public boolean active() {
        return status() == LifeStatus.ACTIVE;
    }

    /** The newest deployment; a service of task sets may have none. */
    public Deployment primary() {
        return deployments().getFirst();
    }

    public @Nullable Deployment deployment(long number) {
        return deployments().stream()
                .filter(deployment -> deployment.number() == number)
                .findFirst()
                .orElse(null);
    }

    /**
     * Tasks that the scheduler must leave running, rounded up as ECS does.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html">minimumHealthyPercent</a>
     */
    public int minimumHealthy() {
        var configuration = spec().deploymentConfiguration();
        Integer percent = configuration == null ? null : configuration.minimumHealthyPercent();
        long share = percent == null ? DEFAULT_MINIMUM_HEALTHY_PERCENT : percent;
        return (int) Math.min(Integer.MAX_VALUE, (desiredCount() * share + 99) / 100);
    }

    /**
     * How many tasks of a deployment may be started and not be healthy yet; null for any number.
     */
    public @Nullable Integer maxParallel() {
        String given = GantryTag.MAX_PARALLEL.in(tags);
        return given == null ? null : TagValues.number(given, 1, Integer.MAX_VALUE);
    }

    /** Tasks that may be running or pending at the same time, rounded down as ECS does. */
    public int maximum() {
        var configuration = spec().deploymentConfiguration();
        Integer percent = configuration == null ? null : configuration.maximumPercent();
        long share = percent == null ? DEFAULT_MAXIMUM_PERCENT : percent;
        return (int) Math.min(Integer.MAX_VALUE, desiredCount() * share / 100);
    }

    public Service with(software.amazon.awssdk.services.ecs.model.Service spec, int desired) {
        return wanting(new Goal(spec, status(), desired));
    }

    public Service becoming(LifeStatus next) {
        return wanting(new Goal(spec(), next, desiredCount()));
    }

    private Service wanting(Goal next) {
        return new Service(key, next, progress, tags, createdAtMillis, version + 1);
    }

    /** With other tags; plans made before no longer hold, as tasks may be given its tags. */
    public Service tagged(List<Tag> next) {
        return new Service(key, goal, progress, next, createdAtMillis, version + 1);
    }

    /** A plan made from it has been accepted: others that were made from it no longer hold. */
    public Service planned() {
        return new Service(key, goal, progress, tags, createdAtMillis, version + 1);
    }

    private Service progressing(Progress next) {
        return new Service(key, goal, next, tags, createdAtMillis, version);
    }

    public Service withDeployments(List<Deployment> changed) {
        return progressing(new Progress(changed, events(), steady(), course()));
    }

    /** Puts a new deployment before the others. */
    public Service deploying(Deployment next) {
        var all = new ArrayList<Deployment>();
        all.add(next);
        all.addAll(deployments());
        return withDeployments(all);
    }

    /**
     * The service as one of its revisions or task sets sees it while it has several side by side:
     * with as many tasks to run as that one should have.
     */
    public Service lane(Deployment revision) {
        TaskSet set = revision.set();
        return new Service(
                key,
                new Goal(set == null ? spec() : set.applied(spec()), status(), revision.desired()),
                new Progress(
                        List.of(revision),
                        events(),
                        set == null ? steady() : set.steady(),
                        course()),
                tags,
                createdAtMillis,
                version);
    }

    /** Makes a deployment the PRIMARY one. */
    public Service leading(Deployment first) {
        var all = new ArrayList<Deployment>();
        all.add(first);
        deployments().stream().filter(each -> each.number() != first.number()).forEach(all::add);
        return withDeployments(all);
    }

    /** Changes one deployment; nothing happens if it is gone. */
    public Service changing(long number, UnaryOperator<Deployment> change) {
        return withDeployments(
                deployments().stream()
                        .map(each -> each.number() == number ? change.apply(each) : each)
                        .toList());
    }

    /** Moves one task of a deployment from one count to another. */
    public Service counting(long number, Status before, Status after) {
        return changing(number, deployment -> deployment.counting(before, after));
    }

    /** Whether it has what it wants, from now on. */
    public Service steady(boolean now) {
        return now == steady() ? this : progressing(progress.steady(now));
    }

    /** A sentence as its events have it. One that names the service itself is complete. */
    public String message(String sentence) {
        return sentence.startsWith("service ") || sentence.startsWith("(service ")
                ? sentence
                : "(service " + key.name() + ") " + sentence;
    }

    /** Whether it has said the same not long ago, so that it need not be said again. */
    public boolean hasSaid(String sentence, long nowMillis) {
        String message = message(sentence);
        return events().stream()
                .anyMatch(
                        event ->
                                event.message().equals(message)
                                        && event.createdAtMillis() + QUIET_MILLIS > nowMillis);
    }

    public Service saying(Event event) {
        var all = new ArrayList<Event>();
        all.add(event);
        all.addAll(events().subList(0, Math.min(events().size(), MAX_EVENTS - 1)));
        return progressing(new Progress(deployments(), all, steady(), course()));
    }
}
