package io.gantry.control.core.state;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a service was configured to be when one of its deployments began. A rollback goes back to
 * it; only the contents of its images become known later.
 *
 * @param spec the service's configuration at that time
 * @param imageDigests as in {@link Deployment}
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html">Service
 *     revisions</a>
 */
public record ServiceRevision(
        Key key,
        TaskDefinitionKey taskDefinition,
        software.amazon.awssdk.services.ecs.model.Service spec,
        long createdAtMillis,
        Map<String, String> imageDigests) {

    /**
     * The name of a revision.
     *
     * @param number that of the deployment that began with it, {@code ecs-svc/…}
     */
    public record Key(ServiceKey service, long number) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::service).thenComparingLong(Key::number);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    public ServiceRevision {
        imageDigests =
                imageDigests.isEmpty()
                        ? Map.of()
                        : Collections.unmodifiableMap(new TreeMap<>(imageDigests));
    }

    /** The same with what its images have turned out to be. */
    public ServiceRevision pinned(Map<String, String> digests) {
        return digests.equals(imageDigests)
                ? this
                : new ServiceRevision(key, taskDefinition, spec, createdAtMillis, digests);
    }
}
