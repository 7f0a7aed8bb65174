/**
 * The worker's end of streams: a node asks for one over the command channel, the worker dials it
 * back and carries logs, or a command's input and output. Each stream has threads of its own, so
 * none waits for the worker's loop or for another stream. Start with {@link
 * io.gantry.worker.streams.StreamService}.
 */
@NullMarked
package io.gantry.worker.streams;

import org.jspecify.annotations.NullMarked;
