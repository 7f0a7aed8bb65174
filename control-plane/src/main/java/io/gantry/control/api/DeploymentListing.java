package io.gantry.control.api;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CreatedAt;

/**
 * A list of deployments, of services or of managed daemons, by pages; the newest come first.
 *
 * @param statuses only these; any if there are none
 * @param created only those made in between; null for any
 */
record DeploymentListing(List<String> statuses, @Nullable CreatedAt created) {
    private static final int PAGE = 20;
    private static final int LARGEST_PAGE = 100;
    private static final int MOST_DESCRIBED = 20;

    /** What a deployment is found and sorted by; a page ends at one. */
    record Position(long createdAtMillis, String id) implements Comparable<Position> {
        private static final Comparator<Position> ORDER =
                Comparator.comparingLong(Position::createdAtMillis)
                        .reversed()
                        .thenComparing(Position::id);

        private static Position parse(String text) {
            int space = text.indexOf(' ');
            return new Position(
                    Long.parseLong(text.substring(0, space)), text.substring(space + 1));
        }

        @Override
        public String toString() {
            return createdAtMillis + " " + id;
        }

        @Override
        public int compareTo(Position other) {
            return ORDER.compare(this, other);
        }
    }

    /** Throws unless so many may be described at once. */
    static void checkCount(String member, List<String> given) {
        if (given.isEmpty()) {
            throw ApiErrors.invalid(member + " cannot be empty.");
        }
        if (given.size() > MOST_DESCRIBED) {
            throw ApiErrors.invalid(
                    member + " cannot have more than " + MOST_DESCRIBED + " elements.");
        }
    }

    /**
     * The next page.
     *
     * @param kind of the deployments, in tokens
     * @param owner whose deployments they are
     */
    <R> Pages.Page<R> page(
            String kind,
            Object owner,
            @Nullable Integer maxResults,
            @Nullable String nextToken,
            Stream<R> rows,
            Function<R, Position> position,
            Function<R, String> status) {
        var pages =
                Pages.of(
                        PAGE,
                        LARGEST_PAGE,
                        maxResults,
                        nextToken,
                        List.of(kind, owner, statuses, String.valueOf(created)));
        Position last = pages.last(Position::parse);
        return pages.cut(
                rows.filter(row -> matches(position.apply(row), status.apply(row)))
                        .filter(row -> last == null || position.apply(row).compareTo(last) > 0)
                        .sorted(Comparator.comparing(position)),
                position);
    }

    private boolean matches(Position position, String status) {
        Instant at = Instant.ofEpochMilli(position.createdAtMillis());
        Instant after = created == null ? null : created.after();
        Instant before = created == null ? null : created.before();
        return (statuses.isEmpty() || statuses.contains(status))
                && (after == null || at.isAfter(after))
                && (before == null || at.isBefore(before));
    }
}
