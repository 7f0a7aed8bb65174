/**
 * The agents' sockets on this node. A {@link io.gantry.control.session.WorkerSession} keeps what it
 * has told its agent and sends the difference whenever the state says something else; {@link
 * io.gantry.control.session.Sessions} knows them all.
 */
@NullMarked
package io.gantry.control.session;

import org.jspecify.annotations.NullMarked;
