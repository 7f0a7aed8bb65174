/**
 * The only maker of new states: {@link io.gantry.control.core.transition.Transitions} is a pure
 * function of the old state, a command and the entry's time. One package-private {@code …Edits}
 * class per area keeps rows, counters and indexes in step.
 */
@NullMarked
package io.gantry.control.core.transition;

import org.jspecify.annotations.NullMarked;
