/**
 * An Amazon ECS agent as a script, in conversation with a whole control-plane node over real
 * sockets. What it says was recorded from an agent of version 1.105.1; only names and signatures
 * are put in anew. Start with {@link io.gantry.control.agent.RecordedAgent}.
 */
@NullMarked
package io.gantry.control.agent;

import org.jspecify.annotations.NullMarked;
