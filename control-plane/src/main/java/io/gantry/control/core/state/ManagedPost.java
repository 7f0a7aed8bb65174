package io.gantry.control.core.state;

import io.gantry.common.model.WorkerId;
import java.util.Comparator;

/**
 * What is special about a managed daemon on one machine; there is no row where nothing is.
 *
 * @param heldSinceMillis since when the machine drains for the daemon's sake, which then is to run
 *     there all the same; 0 if it does not
 * @param failures tasks in a row that ended by themselves there
 * @param notBeforeMillis when the next one may be started
 */
public record ManagedPost(Key key, long heldSinceMillis, int failures, long notBeforeMillis) {

    /** A daemon on a machine. */
    public record Key(ServiceKey daemon, WorkerId worker) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::daemon).thenComparing(Key::worker);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** A post where nothing is special. */
    public static ManagedPost quiet(Key key) {
        return new ManagedPost(key, 0, 0, 0);
    }

    public boolean held() {
        return heldSinceMillis != 0;
    }

    public boolean idle() {
        return heldSinceMillis == 0 && failures == 0 && notBeforeMillis == 0;
    }

    /** The machine drains from now on; one that does already keeps its time. */
    public ManagedPost holding(long nowMillis) {
        return held() ? this : new ManagedPost(key, nowMillis, failures, notBeforeMillis);
    }

    /** The machine is held no longer. */
    public ManagedPost released() {
        return new ManagedPost(key, 0, failures, notBeforeMillis);
    }

    /** One more task has failed. */
    public ManagedPost failing(int inARow, long againMillis) {
        return new ManagedPost(key, heldSinceMillis, inARow, againMillis);
    }

    /** What has failed there is forgotten. */
    public ManagedPost forgiven() {
        return new ManagedPost(key, heldSinceMillis, 0, 0);
    }
}
