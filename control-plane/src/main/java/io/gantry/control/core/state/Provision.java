package io.gantry.control.core.state;

import org.jspecify.annotations.Nullable;

/**
 * What was settled about the capacity of a task when it was placed, beyond its launch type.
 *
 * @param provider name of the capacity provider that a strategy chose; null without strategy
 * @param platformVersion of Fargate, such as 1.4.0; null elsewhere
 * @param balancing whether it was started beyond the desired count so that one in another zone can
 *     go
 */
public record Provision(
        @Nullable String provider, @Nullable String platformVersion, boolean balancing) {

    /** What tasks of a plain launch type have. */
    public static final Provision NONE = new Provision(null, null, false);
}
