/**
 * Tests of everything together: a control plane, workers and the machine's own container engine,
 * driven by the SDK's client as a user drives them. {@code WholeCluster} is what those of tasks run
 * on, and {@code ContainerCluster} is made of the packaged images; they need an engine. {@code
 * SteadyLoad} has users for any control plane and judges what they saw; {@code SoakIT} and {@code
 * FaultsIT} break what it runs on.
 */
@NullMarked
package io.gantry.system;

import org.jspecify.annotations.NullMarked;
