package io.gantry.control.core.state;

import java.util.Comparator;

/**
 * What somebody has chosen to have differently in this account. The root user's choice holds for
 * all principals that have made none.
 */
public record AccountSetting(Key key, String value) {
    /** Whether containers wait when what they write is not taken off them fast enough. */
    public static final String LOG_MODE = "defaultLogDriverMode";

    /**
     * The name of a setting.
     *
     * @param principal full name of a user, a role or the root user
     */
    public record Key(String principal, String name) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::principal).thenComparing(Key::name);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }
}
