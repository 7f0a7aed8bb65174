package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import java.util.List;

/** Something the worker must do. Whatever comes of it returns as an {@link AgentEvent}. */
public sealed interface AgentAction {

    /** Bring the image here. */
    record Pull(ContainerKey key, AcsTask task, AcsContainer container) implements AgentAction {}

    /** Make the container; the same order twice must yield one container. */
    record Create(ContainerKey key, AcsTask task, AcsContainer container) implements AgentAction {}

    /** Let it run. */
    record Start(ContainerKey key, String runtimeId) implements AgentAction {}

    /** Ask it to end, and end it when the time is over. */
    record Stop(ContainerKey key, String runtimeId, long timeoutMillis) implements AgentAction {}

    /** Remove what a stopped task left on the machine. */
    record RemoveTask(AcsTask task, List<String> runtimeIds) implements AgentAction {
        public RemoveTask {
            runtimeIds = List.copyOf(runtimeIds);
        }
    }

    /** Remove a container of ours that no task accounts for. */
    record RemoveStray(ContainerKey key, String runtimeId) implements AgentAction {}

    /** Publish what the health checks of a task say now. */
    record TellHealth(String taskArn) implements AgentAction {}

    /** Tell the control plane until it answers. */
    record Report(TaskReport report) implements AgentAction {}
}
