/**
 * What a worker must run according to a state: {@link io.gantry.control.core.assign.Assignments}.
 * Sessions send the difference between this and what they have sent.
 */
@NullMarked
package io.gantry.control.core.assign;

import org.jspecify.annotations.NullMarked;
