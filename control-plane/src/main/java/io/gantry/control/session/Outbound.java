package io.gantry.control.session;

import io.gantry.common.acs.AcsMessage;

/** An agent's socket, as the session sees it. */
interface Outbound {

    void send(AcsMessage message);

    /** Whether the socket still has room; if not, what is to say is worked out again later. */
    boolean writable();

    /** Drops the connection; the agent comes back by itself. */
    void close(String reason);
}
