/**
 * What makes sure that tasks end which may be replaced elsewhere. {@link
 * io.gantry.worker.fence.Fence} keeps the lease of this worker and has a guard, a process of its
 * own that ends containers whose lease is over even while the worker is paused, killed or busy.
 * Time is the machine's time since it began to run, which counts pauses and which nobody can set.
 */
@NullMarked
package io.gantry.worker.fence;

import org.jspecify.annotations.NullMarked;
