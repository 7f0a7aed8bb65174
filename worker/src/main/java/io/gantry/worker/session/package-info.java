/**
 * The worker's side of the conversation with the control plane: registration, the two agent
 * sockets, and reports. {@link io.gantry.worker.session.ControlPlaneSession} is a step machine on
 * one loop and knows sockets only through {@link io.gantry.worker.session.Transport}, so that it
 * runs unchanged in virtual time. It never gives up: whatever fails is tried again, at another
 * control-plane node where there is one.
 */
@NullMarked
package io.gantry.worker.session;

import org.jspecify.annotations.NullMarked;
