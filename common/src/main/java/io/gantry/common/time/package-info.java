/**
 * The two doors to time. Whatever waits or looks at a clock takes a {@link
 * io.gantry.common.time.Clock} and {@link io.gantry.common.time.Timers}, so that tests and
 * simulations can run the very same classes in virtual time.
 */
@NullMarked
package io.gantry.common.time;

import org.jspecify.annotations.NullMarked;
