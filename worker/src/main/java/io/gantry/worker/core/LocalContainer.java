package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.FoundContainer.Exit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container of a task on this machine.
 *
 * @param imageDigest of the image that was pulled for it
 * @param told what the control plane has acknowledged
 * @param retryAtMillis when to ask for its stop again
 */
public record LocalContainer(
        AcsContainer spec,
        Phase phase,
        Run run,
        Checkup checkup,
        @Nullable String imageDigest,
        Told told,
        @Nullable Long retryAtMillis) {

    public LocalContainer {
        // A record that an earlier version wrote does not have it: all is told once more.
        told = told == null ? Told.NOTHING : told;
    }

    /**
     * What is known of its runs.
     *
     * @param facts of the latest one
     * @param startedOnce it ran at some time, whatever became of it
     * @param exit of the latest one
     * @param reason why it stopped, beginning with the name of an error
     */
    public record Run(
            @Nullable String runtimeId,
            @Nullable RuntimeFacts facts,
            boolean startedOnce,
            @Nullable Exit exit,
            @Nullable String reason,
            int restarts) {
        static final Run NONE = new Run(null, null, false, null, null, 0);

        private Run as(RuntimeFacts began) {
            return new Run(began.runtimeId(), began, true, exit, reason, restarts);
        }

        private Run ended(Exit latest, @Nullable String why, int newRestarts) {
            return new Run(runtimeId, facts, true, latest, why, newRestarts);
        }

        private Run with(RuntimeFacts sameRun) {
            return new Run(runtimeId, sameRun, startedOnce, exit, reason, restarts);
        }

        private Run because(@Nullable String why) {
            return new Run(runtimeId, facts, startedOnce, exit, why, restarts);
        }
    }

    /** What its health check said last, and since when. */
    public record Checkup(
            Health health,
            @Nullable Long sinceMillis,
            @Nullable String output,
            @Nullable Integer exitCode) {
        static final Checkup NONE = new Checkup(Health.UNKNOWN, null, null, null);
    }

    /** What the control plane knows of it. */
    public record Told(
            TaskStatus status, @Nullable String imageDigest, List<PortBinding> bindings) {
        static final Told NOTHING = new Told(TaskStatus.PENDING, null, List.of());

        public Told {
            bindings = List.copyOf(bindings);
        }
    }

    /** Where a container is on its way. */
    public enum Phase {
        /** Its image is wanted; nothing was asked for yet. */
        NEW,
        PULLING,
        /** The image is here; what it depends on is not ready. */
        WAITING,
        CREATING,
        CREATED,
        STARTING,
        RUNNING,
        STOPPING,
        STOPPED
    }

    static LocalContainer of(AcsContainer spec) {
        return new LocalContainer(
                spec, Phase.NEW, Run.NONE, Checkup.NONE, null, Told.NOTHING, null);
    }

    public @Nullable String runtimeId() {
        return run.runtimeId();
    }

    public @Nullable RuntimeFacts facts() {
        return run.facts();
    }

    /** It ran at some time, whatever became of it. */
    public boolean startedOnce() {
        return run.startedOnce();
    }

    public @Nullable Exit exit() {
        return run.exit();
    }

    public @Nullable String reason() {
        return run.reason();
    }

    public int restarts() {
        return run.restarts();
    }

    public Health health() {
        return checkup.health();
    }

    public @Nullable Long healthSinceMillis() {
        return checkup.sinceMillis();
    }

    public @Nullable String healthOutput() {
        return checkup.output();
    }

    public @Nullable Integer healthExitCode() {
        return checkup.exitCode();
    }

    public String name() {
        return spec.name();
    }

    boolean is(Phase wanted) {
        return phase == wanted;
    }

    public TaskStatus status() {
        return switch (phase) {
            case NEW, PULLING, WAITING, CREATING, CREATED, STARTING ->
                    startedOnce() ? TaskStatus.RUNNING : TaskStatus.PENDING;
            case RUNNING, STOPPING -> TaskStatus.RUNNING;
            case STOPPED -> TaskStatus.STOPPED;
        };
    }

    /** A container that restarts in place may come back with other ports. */
    boolean unreported() {
        return status().compareTo(told.status()) > 0
                || digestUnreported()
                || (is(Phase.RUNNING) && !bindings().equals(told.bindings()));
    }

    boolean digestUnreported() {
        return imageDigest != null && !imageDigest.equals(told.imageDigest());
    }

    boolean pulling() {
        return is(Phase.NEW) || is(Phase.PULLING);
    }

    List<PortBinding> bindings() {
        RuntimeFacts latest = facts();
        return latest == null ? List.of() : latest.bindings();
    }

    LocalContainer to(Phase next) {
        return at(next, run);
    }

    LocalContainer pulled(@Nullable String digest) {
        return new LocalContainer(spec, Phase.WAITING, run, checkup, digest, told, null);
    }

    LocalContainer created(String id) {
        return at(Phase.CREATED, new Run(id, facts(), startedOnce(), exit(), reason(), restarts()));
    }

    LocalContainer running(RuntimeFacts facts) {
        return at(Phase.RUNNING, run.as(facts));
    }

    /** The facts of a run that was over before they arrived. */
    LocalContainer withFacts(RuntimeFacts facts) {
        return at(phase, run.as(facts));
    }

    LocalContainer exited(Exit exit) {
        String why = exit.reason() == null ? reason() : exit.reason();
        return at(Phase.STOPPED, run.ended(exit, why, restarts()));
    }

    /** Stopped without an end to speak of: it never ran, or it vanished. */
    LocalContainer stopped(@Nullable String reason) {
        return at(Phase.STOPPED, run.because(reason));
    }

    /** Ended, and begins again in place. */
    LocalContainer restarting(Exit exit) {
        return at(Phase.STARTING, run.ended(exit, reason(), restarts() + 1));
    }

    LocalContainer withHealth(
            Health health, @Nullable String output, @Nullable Integer exitCode, long nowMillis) {
        var latest = new Checkup(health, nowMillis, output, exitCode);
        return new LocalContainer(spec, phase, run, latest, imageDigest, told, retryAtMillis);
    }

    LocalContainer told(Told news) {
        return new LocalContainer(spec, phase, run, checkup, imageDigest, news, retryAtMillis);
    }

    /** Still running although asked to stop; asked again at the given time. */
    LocalContainer stopFailed(String error, long retryAt) {
        return new LocalContainer(
                spec, phase, run.because(error), checkup, imageDigest, told, retryAt);
    }

    /** The same with everything that time is counted from, after the clock was set. */
    LocalContainer shifted(long millis) {
        RuntimeFacts facts = facts();
        Run latest = facts == null ? run : run.with(facts.shifted(millis));
        Long retryAt = retryAtMillis == null ? null : retryAtMillis + millis;
        return new LocalContainer(spec, phase, latest, checkup, imageDigest, told, retryAt);
    }

    private LocalContainer at(Phase next, Run latest) {
        return new LocalContainer(spec, next, latest, checkup, imageDigest, told, null);
    }
}
