/**
 * Runs containers of the image {@code host} as supervised processes of this machine, without any
 * engine. Each has a directory of its own under the worker's data directory, with its output and
 * its exit code, and is watched over by a small shell that outlives the worker. The entry type is
 * {@link io.gantry.worker.process.ProcessRuntime}. Needed are {@code sh} and the {@code setsid} of
 * util-linux. Network and file system are those of the machine, and memory is not limited; a
 * mapping without a host port gets a free one, which the process finds in {@code
 * PORT_<containerPort>}, and in {@code PORT} if it has a single mapping.
 */
@NullMarked
package io.gantry.worker.process;

import org.jspecify.annotations.NullMarked;
