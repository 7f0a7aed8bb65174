package io.gantry.worker.core;

import io.gantry.common.acs.AcsTask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something the worker learnt. Events may come late or twice. */
public sealed interface AgentEvent {

    /** The control plane wants this task running or stopped. */
    record Assigned(AcsTask task) implements AgentEvent {}

    /** The worker began; this is what its runtime still has. Comes first, once. */
    record Restarted(List<FoundContainer> found) implements AgentEvent {
        public Restarted {
            found = List.copyOf(found);
        }
    }

    /** The image is on this machine. */
    record Pulled(ContainerKey key, @Nullable String imageDigest) implements AgentEvent {}

    /** The container exists and has not begun. */
    record Created(ContainerKey key, String runtimeId) implements AgentEvent {}

    /** The container runs. */
    record Started(ContainerKey key, RuntimeFacts facts) implements AgentEvent {}

    /** The container ended. */
    record Exited(ContainerKey key, FoundContainer.Exit exit) implements AgentEvent {}

    /** The runtime could not do what an action asked for. */
    record Failed(ContainerKey key, Stage stage, String error) implements AgentEvent {}

    /** The container's health check came to another result. */
    record HealthChanged(
            ContainerKey key, Health health, @Nullable String output, @Nullable Integer exitCode)
            implements AgentEvent {

        /** A result whose exit code is not known. */
        public HealthChanged(ContainerKey key, Health health, @Nullable String output) {
            this(key, health, output, null);
        }
    }

    /** The control plane took over a report. */
    record ReportAcknowledged(String taskArn, long reportNumber) implements AgentEvent {}

    /** Time has passed. */
    record Tick() implements AgentEvent {}

    /**
     * The machine's clock was set, so what is due at a time of the old clock must be due at
     * another.
     *
     * @param millis by which the clock is ahead of what it would have shown
     */
    record ClockJumped(long millis) implements AgentEvent {}

    /**
     * The lease of this worker has not been renewed for so long: tasks that are over by that are
     * being ended from outside.
     */
    record LeaseAged(long ageMillis) implements AgentEvent {}

    /** What failed. */
    enum Stage {
        PULL,
        CREATE,
        START,
        STOP
    }

    /** What a health check says. */
    enum Health {
        UNKNOWN,
        HEALTHY,
        UNHEALTHY
    }
}
