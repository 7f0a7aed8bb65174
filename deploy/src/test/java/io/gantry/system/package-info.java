/**
 * Tests of everything together: a control plane, workers and the machine's own container engine,
 * driven by the SDK's client as a user drives them. {@code WholeCluster} is what they run on, in
 * this process, and {@code ContainerCluster} the packaged images. They need an engine.
 */
@NullMarked
package io.gantry.system;

import org.jspecify.annotations.NullMarked;
