/**
 * The worker process: it joins a cluster, runs the tasks it is given, and reports on them. {@link
 * io.gantry.worker.WorkerAgent} wires the parts and starts them. Closing it leaves the containers
 * running; the next worker with the same data directory adopts them.
 */
@NullMarked
package io.gantry.worker;

import org.jspecify.annotations.NullMarked;
