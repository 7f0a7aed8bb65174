/**
 * A control-plane node: it serves the API, keeps its copy of the replicated state and, while it
 * leads, drives services to what they should be. {@code ControlPlane} wires everything together.
 */
@NullMarked
package io.gantry.control;

import org.jspecify.annotations.NullMarked;
