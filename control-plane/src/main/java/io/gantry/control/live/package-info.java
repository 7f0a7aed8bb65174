/**
 * What is nice to know now and may be lost at any time: heartbeats, who holds which connection, the
 * latest utilisation. {@link io.gantry.control.live.LiveStore} is never the truth for anything that
 * must survive.
 */
@NullMarked
package io.gantry.control.live;

import org.jspecify.annotations.NullMarked;
