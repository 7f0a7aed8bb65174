package io.gantry.control.core.state;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a managed daemon was configured to when one of its deployments began.
 *
 * @param definition of its tasks, a key made by {@link TaskDefinitionKey#ofDaemon}
 * @param providers names of the capacity providers whose machines run it
 * @param propagatesTags whether tasks get the tags of the daemon
 * @param managedTags whether tasks get those of ECS
 * @param imageDigests contents to which images are pinned, by the name of the container
 */
public record ManagedRevision(
        Key key,
        TaskDefinitionKey definition,
        List<String> providers,
        boolean propagatesTags,
        boolean managedTags,
        boolean executeCommand,
        Map<String, String> imageDigests,
        long createdAtMillis) {
    public ManagedRevision {
        providers = List.copyOf(providers);
        imageDigests = Collections.unmodifiableMap(new TreeMap<>(imageDigests));
    }

    /** A revision by its daemon and its number, which is also that of its tasks' deployment. */
    public record Key(ServiceKey daemon, long number) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::daemon).thenComparingLong(Key::number);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** With more images pinned; those that are pinned already stay as they are. */
    public ManagedRevision pinning(Map<String, String> found) {
        var all = new TreeMap<>(found);
        all.putAll(imageDigests);
        return new ManagedRevision(
                key,
                definition,
                providers,
                propagatesTags,
                managedTags,
                executeCommand,
                all,
                createdAtMillis);
    }
}
