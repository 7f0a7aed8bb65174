package io.gantry.control.core.rollout;

import io.gantry.control.core.state.Staging;

/**
 * How traffic moves from one revision to another. The weights that there should be are in {@link
 * Staging}; whoever carries them out looks at them again after each change.
 */
public interface Traffic {

    /** Nobody stands before the tasks: the weights are recorded, and hold at once. */
    Traffic HEADLESS = (_, _) -> true;

    /** Whether traffic goes by now as the weights say. */
    boolean hasSettled(Staging staging, long nowMillis);
}
