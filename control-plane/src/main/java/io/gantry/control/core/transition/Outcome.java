package io.gantry.control.core.transition;

import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;

/** What applying a command gives. */
public record Outcome(ClusterState state, Reply reply, Touched touched) {}
