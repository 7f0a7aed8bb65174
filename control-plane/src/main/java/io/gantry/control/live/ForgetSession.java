package io.gantry.control.live;

import com.hazelcast.map.EntryProcessor;
import io.gantry.control.live.LiveStore.Heartbeat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Removes a heartbeat unless a later session has sent it. */
@SuppressWarnings("NullAway") // Setting an entry to null is how an entry processor removes it.
record ForgetSession(long session) implements EntryProcessor<String, Heartbeat, @Nullable Void> {
    private static final long serialVersionUID = 1;

    @Override
    public @Nullable Void process(Map.Entry<String, Heartbeat> entry) {
        Heartbeat known = entry.getValue();
        if (known != null && known.session() <= session) {
            entry.setValue(null);
        }
        return null;
    }
}
