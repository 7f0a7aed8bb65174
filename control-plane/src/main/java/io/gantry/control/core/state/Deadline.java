package io.gantry.control.core.state;

import java.util.Comparator;

/**
 * Something to be looked at when the log's time has reached {@code atMillis}. A deadline that no
 * longer matters is simply found out to be so when it comes.
 *
 * @param subject what it is about, in the form that {@code kind} says
 */
public record Deadline(long atMillis, Kind kind, String subject) implements Comparable<Deadline> {
    private static final Comparator<Deadline> ORDER =
            Comparator.comparingLong(Deadline::atMillis)
                    .thenComparing(Deadline::kind)
                    .thenComparing(Deadline::subject);

    /** What happens at a deadline. */
    public enum Kind {
        /** Reconcile the service {@code cluster/name} again. */
        LOOK_AT_SERVICE,
        /** Forget a stopped task, by its id. */
        FORGET_TASK,
        /** Forget an inactive service, {@code cluster/name}. */
        FORGET_SERVICE,
        /** Forget an inactive cluster, by its name. */
        FORGET_CLUSTER,
        /** Forget an inactive container instance, by its id. */
        FORGET_WORKER,
        /** Forget a client token, {@code scope value} separated by a space. */
        FORGET_TOKEN,
        /** The protection of a task, by its id, is over. */
        END_PROTECTION,
        /** Forget a service deployment, {@code cluster/name id}. */
        FORGET_SERVICE_DEPLOYMENT,
        /** Forget a deleted capacity provider, by its name. */
        FORGET_CAPACITY_PROVIDER,
        /** Machines have come to a cluster, by its name: its services look at their zones. */
        LOOK_AT_ZONES,
        /** The capacity of a container instance, by its id, is taken back. */
        INTERRUPT_WORKER,
        /** Forget a deleted task definition, {@code family:revision}, once nothing needs it. */
        FORGET_TASK_DEFINITION,
        /** A task, by its id, has waited for a place for long enough. */
        END_WAIT,
        /** A task, by its id, has run for long enough. */
        END_RUN,
        /** A task, by its id, that was held back may be placed. */
        LOOK_AT_JOB,
        /** Forget a deployment of a managed daemon, {@code cluster/name id}. */
        FORGET_DAEMON_DEPLOYMENT,
        /** The time to empty a container instance, by its id, is over. */
        END_DRAIN,
        /** More tasks of a container instance, by its id, may be moved. */
        LOOK_AT_DRAIN
    }

    @Override
    public int compareTo(Deadline other) {
        return ORDER.compare(this, other);
    }
}
