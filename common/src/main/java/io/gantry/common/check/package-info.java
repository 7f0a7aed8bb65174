/**
 * Assertions that stay on in production. A failed {@link io.gantry.common.check.Check} is a bug of
 * ours, never a user's mistake.
 */
@NullMarked
package io.gantry.common.check;

import org.jspecify.annotations.NullMarked;
