package io.gantry.worker.docker;

/** When an image is fetched although it may be on the machine already. */
public enum PullBehavior {
    /** Fetched every time; if that fails, what is here is used. */
    DEFAULT,
    /** Fetched every time. */
    ALWAYS,
    /** Fetched the first time in the life of this worker process. */
    ONCE,
    /** Fetched only if it is not here. */
    PREFER_CACHED
}
