package io.gantry.worker.docker;

import java.io.IOException;

/** Where the cgroups of tasks are made, which hold the cgroups of their containers. */
interface CgroupTree {

    /** The name of a task's cgroup as the engine wants it for the parent of a container's. */
    String parent(String taskId);

    /**
     * The parent of all tasks' cgroups, which is there once one was made: containers right below it
     * are weighed against whole tasks.
     */
    String common();

    /** Makes the cgroup of a task and sets its limits; harmless if it is there. */
    void make(String taskId, TaskLimits limits) throws IOException;

    /**
     * Removes it; harmless if it is gone.
     *
     * @throws IOException also if a container is still in it
     */
    void remove(String taskId) throws IOException;
}
