package io.gantry.worker.core;

/** A container of a task on this machine. */
public record ContainerKey(String taskArn, String containerName) {

    /** The last segment of the task's name. */
    public String taskId() {
        return taskArn.substring(taskArn.lastIndexOf('/') + 1);
    }
}
