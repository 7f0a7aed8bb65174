/**
 * Streams between a client and a worker that are both played by the test, over real sockets. {@link
 * io.gantry.control.stream.Site} has what they meet.
 */
@NullMarked
package io.gantry.control.stream;

import org.jspecify.annotations.NullMarked;
