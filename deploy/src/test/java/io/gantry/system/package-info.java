/**
 * Tests of everything together: a control plane, workers and the machine's own container engine,
 * driven by the SDK's client as a user drives them. {@code WholeCluster} is what those of tasks run
 * on; they need an engine, and fail without one. {@code SteadyLoad} has users for any control plane
 * and judges what they saw, and {@code SoakIT} breaks an installation under it.
 */
@NullMarked
package io.gantry.system;

import org.jspecify.annotations.NullMarked;
