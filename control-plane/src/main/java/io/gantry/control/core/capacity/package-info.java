/**
 * Which machines may serve a task: launch types and capacity providers as pools of workers. A
 * {@link io.gantry.control.core.capacity.Capacity} says what is asked for and which workers have
 * it, {@link io.gantry.control.core.capacity.Split} divides tasks among the providers of a
 * strategy. Planner and judge share both.
 */
@NullMarked
package io.gantry.control.core.capacity;

import org.jspecify.annotations.NullMarked;
