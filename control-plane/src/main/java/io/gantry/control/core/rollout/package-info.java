/**
 * How service deployments come to an end, one way or the other: what the circuit breaker makes of
 * failures, and the stages of blue/green, linear and canary deployments. Everything here is a pure
 * function of rows; {@code core.transition} applies what it says. Begin with {@link
 * io.gantry.control.core.rollout.Breaker}.
 */
@NullMarked
package io.gantry.control.core.rollout;

import org.jspecify.annotations.NullMarked;
