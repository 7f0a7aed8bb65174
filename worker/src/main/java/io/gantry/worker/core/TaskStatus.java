package io.gantry.worker.core;

/** How far a task or a container has come, as far as the control plane is told. */
public enum TaskStatus {
    PENDING,
    RUNNING,
    STOPPED
}
