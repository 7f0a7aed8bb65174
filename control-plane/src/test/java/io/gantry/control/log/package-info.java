/**
 * A log for tests of whatever proposes commands. It has one node and never fails unless told to.
 * Start with {@link io.gantry.control.log.LocalLog}.
 */
@NullMarked
package io.gantry.control.log;

import org.jspecify.annotations.NullMarked;
