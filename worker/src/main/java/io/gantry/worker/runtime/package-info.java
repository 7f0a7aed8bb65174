/**
 * What the worker needs of whatever runs its containers. {@link
 * io.gantry.worker.runtime.ContainerRuntime} is implemented once over a container engine and once
 * over plain processes. Orders return at once; what comes of them arrives as events.
 */
@NullMarked
package io.gantry.worker.runtime;

import org.jspecify.annotations.NullMarked;
