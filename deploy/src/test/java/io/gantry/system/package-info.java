/**
 * Tests of everything together: a control plane, workers and the machine's own container engine,
 * driven by the SDK's client as a user drives them. {@code WholeCluster} is what they run on. They
 * need an engine, and fail without one.
 */
@NullMarked
package io.gantry.system;

import org.jspecify.annotations.NullMarked;
