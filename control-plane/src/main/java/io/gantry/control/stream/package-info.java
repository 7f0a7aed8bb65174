/**
 * Logs and commands of containers, carried between an operator and a worker. A client's upgrade has
 * the worker told to dial back to this node, and once it has, both sockets are spliced: nothing of
 * what they say to each other is looked at. Start with {@link io.gantry.control.stream.Streams}.
 */
@NullMarked
package io.gantry.control.stream;

import org.jspecify.annotations.NullMarked;
