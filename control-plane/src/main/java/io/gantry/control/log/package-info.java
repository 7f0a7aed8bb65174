/**
 * How the rest of the control plane sees the replicated log: commands go in through {@link
 * io.gantry.control.log.CommandLog}, the state that they make comes out of {@link
 * io.gantry.control.log.Replica}. Package {@code raft} implements both; a simulator may do so too.
 */
@NullMarked
package io.gantry.control.log;

import org.jspecify.annotations.NullMarked;
