package io.gantry.control.stream;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.model.WorkerId;
import io.gantry.control.live.LiveStore;
import io.gantry.control.live.LiveStore.Notice;
import io.gantry.control.session.Sessions;

/** {@link Messenger} by this node's own session, or by a notice to the other nodes. */
public final class SessionMessenger implements Messenger {
    private final Sessions sessions;
    private final LiveStore live;

    /** Begins to pass on what other nodes have for workers that are connected here. */
    public SessionMessenger(Sessions sessions, LiveStore live) {
        this.sessions = sessions;
        this.live = live;
        live.subscribe(this::passOn);
    }

    private void passOn(Notice notice) {
        AcsMessage message = AcsCodec.decode(notice.frame());
        if (message != null && WorkerId.matches(notice.worker())) {
            // Every node hears of it, and all but one have nobody to tell.
            var _ = sessions.tell(WorkerId.parse(notice.worker()), message);
        }
    }

    @Override
    public boolean tell(WorkerId worker, GantryStreamMessage message) {
        return sessions.tell(worker, message).join()
                || live.publish(new Notice(worker.toString(), AcsCodec.encode(message)));
    }
}
