package io.gantry.control.core.state;

/**
 * A resource that users may put tags on; whether there is one is another question.
 *
 * @param name in the form that {@code kind} says
 */
public record Taggable(Kind kind, String name) {

    /** What may have tags. */
    public enum Kind {
        /** By its name. */
        CAPACITY_PROVIDER,
        /** By its name. */
        CLUSTER,
        /** {@code cluster/name}. */
        SERVICE,
        /** By its id. */
        TASK,
        /** {@code family:revision}. */
        TASK_DEFINITION,
        /** By its id. */
        CONTAINER_INSTANCE,
        /** {@code cluster/service/number}. */
        TASK_SET,
        /** Its {@link ServiceKey}. */
        DAEMON,
        /** Its {@link TaskDefinitionKey}. */
        DAEMON_TASK_DEFINITION
    }

    public static Taggable of(Kind kind, Object name) {
        return new Taggable(kind, name.toString());
    }

    /** A task set of a service. */
    public static Taggable taskSet(ServiceKey service, long number) {
        return of(Kind.TASK_SET, service + "/" + number);
    }

    /** The service that a task set belongs to. */
    public ServiceKey serviceOfSet() {
        return ServiceKey.parse(name.substring(0, name.lastIndexOf('/')));
    }

    /** The number of a task set. */
    public long numberOfSet() {
        return Long.parseLong(name.substring(name.lastIndexOf('/') + 1));
    }
}
