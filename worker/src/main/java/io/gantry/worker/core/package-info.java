/**
 * What a worker does about its tasks, as a pure function. {@link io.gantry.worker.core.Agent} turns
 * a state and an event into a new state and the actions to carry out; it reads no clock, does no
 * I/O and holds nothing. Everything the worker must remember over a restart is in {@link
 * io.gantry.worker.core.LocalTask}.
 */
@NullMarked
package io.gantry.worker.core;

import org.jspecify.annotations.NullMarked;
