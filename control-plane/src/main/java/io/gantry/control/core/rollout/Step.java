package io.gantry.control.core.rollout;

import io.gantry.control.core.state.Staging;

/** What comes next of a deployment by stages. */
public sealed interface Step {

    /** Nothing, until something changes. */
    record Stay() implements Step {}

    /** It is somewhere else now. */
    record Go(Staging staging) implements Step {}

    /** It has failed and goes back, or stays as it is if it is on its way back already. */
    record Fail(String reason) implements Step {}

    /** It is complete, or back where it began. */
    record Finish() implements Step {}
}
