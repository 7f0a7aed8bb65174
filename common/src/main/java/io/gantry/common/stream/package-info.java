/**
 * What travels over a stream between an operator's terminal and a container. Bytes go in binary
 * messages, one byte for the {@link io.gantry.common.stream.Channel} first; everything else is a
 * {@link io.gantry.common.stream.StreamControl} in a text message. The node in the middle passes
 * both on as they are.
 */
@NullMarked
package io.gantry.common.stream;

import org.jspecify.annotations.NullMarked;
