/**
 * The replicated log and this node's copy of the state, made with Apache Ratis; the only package
 * that knows that library. Commands that wait together become one entry of the log, entries become
 * states through {@link io.gantry.control.core.transition.Transitions}, and states become snapshot
 * files. Start with {@link io.gantry.control.raft.RaftNode}.
 */
@NullMarked
package io.gantry.control.raft;

import org.jspecify.annotations.NullMarked;
