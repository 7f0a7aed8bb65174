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
        CONTAINER_INSTANCE
    }

    public static Taggable of(Kind kind, Object name) {
        return new Taggable(kind, name.toString());
    }
}
