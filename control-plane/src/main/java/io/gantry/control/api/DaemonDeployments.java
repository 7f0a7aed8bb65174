package io.gantry.control.api;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ecs.model.CreatedAt;
import software.amazon.awssdk.services.ecs.model.DaemonDeployment;
import software.amazon.awssdk.services.ecs.model.DaemonRevision;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonDeploymentsResponse;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonRevisionsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonRevisionsResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListDaemonDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.ListDaemonDeploymentsResponse;

/** The operations on deployments and revisions of managed daemons. */
final class DaemonDeployments {
    private static final int PAGE = 20;
    private static final int LARGEST_PAGE = 100;
    private static final int MOST_DESCRIBED = 20;

    private final Quorum quorum;

    DaemonDeployments(Quorum quorum) {
        this.quorum = quorum;
    }

    /** Where a page ends: the newest come first. */
    private record Position(long createdAtMillis, String id) implements Comparable<Position> {
        private static final Comparator<Position> ORDER =
                Comparator.comparingLong(Position::createdAtMillis)
                        .reversed()
                        .thenComparing(Position::id);

        static Position of(ManagedDeployment row) {
            return new Position(row.times().created(), row.key().id());
        }

        static Position parse(String text) {
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

    /** Those of a daemon that was deleted are listed as long as they are kept. */
    ListDaemonDeploymentsResponse list(ListDaemonDeploymentsRequest request) {
        ClusterState state = quorum.fresh();
        ServiceKey key = new DaemonRefs(state).daemon(request.daemonArn());
        new Refs(Names.of(state)).cluster(state, key.cluster());
        if (state.managed().daemons().get(key) == null
                && state.managed().deploymentsOf(key).findFirst().isEmpty()) {
            throw ApiErrors.invalid("The specified daemon wasn't found.");
        }
        var pages =
                Pages.of(
                        PAGE,
                        LARGEST_PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of(
                                "MDD",
                                key,
                                request.statusAsStrings(),
                                String.valueOf(request.createdAt())));
        Position last = pages.last(Position::parse);
        Stream<ManagedDeployment> rows =
                state.managed()
                        .deploymentsOf(key)
                        .filter(row -> matches(row, request))
                        .filter(row -> last == null || Position.of(row).compareTo(last) > 0)
                        .sorted(Comparator.comparing(Position::of));
        var page = pages.cut(rows, Position::of);
        var view = new DaemonView(state);
        return ListDaemonDeploymentsResponse.builder()
                .daemonDeployments(page.rows().stream().map(view::brief).toList())
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean matches(ManagedDeployment row, ListDaemonDeploymentsRequest request) {
        CreatedAt created = request.createdAt();
        Instant at = Instant.ofEpochMilli(row.times().created());
        Instant after = created == null ? null : created.after();
        Instant before = created == null ? null : created.before();
        List<String> statuses = request.statusAsStrings();
        return (statuses.isEmpty() || statuses.contains(row.status().name()))
                && (after == null || at.isAfter(after))
                && (before == null || at.isBefore(before));
    }

    DescribeDaemonDeploymentsResponse describe(DescribeDaemonDeploymentsRequest request) {
        checkCount("daemonDeploymentArns", request.daemonDeploymentArns());
        ClusterState state = quorum.fresh();
        var refs = new DaemonRefs(state);
        var view = new DaemonView(state);
        var found = new ArrayList<DaemonDeployment>();
        var failures = new ArrayList<Failure>();
        for (String given : request.daemonDeploymentArns()) {
            ManagedDeployment row = state.managed().deployments().get(refs.deployment(given));
            if (row == null) {
                failures.add(Views.missing(given));
            } else {
                found.add(view.of(row));
            }
        }
        return DescribeDaemonDeploymentsResponse.builder()
                .daemonDeployments(found)
                .failures(failures)
                .build();
    }

    DescribeDaemonRevisionsResponse revisions(DescribeDaemonRevisionsRequest request) {
        checkCount("daemonRevisionArns", request.daemonRevisionArns());
        ClusterState state = quorum.fresh();
        var refs = new DaemonRefs(state);
        var view = new DaemonView(state);
        var found = new ArrayList<DaemonRevision>();
        var failures = new ArrayList<Failure>();
        for (String given : request.daemonRevisionArns()) {
            ManagedRevision.Key key = refs.revision(given);
            ManagedRevision row = key == null ? null : state.managed().revisions().get(key);
            if (row == null) {
                failures.add(Views.missing(given));
            } else {
                found.add(view.of(row));
            }
        }
        return DescribeDaemonRevisionsResponse.builder()
                .daemonRevisions(found)
                .failures(failures)
                .build();
    }

    private static void checkCount(String member, List<String> given) {
        if (given.isEmpty()) {
            throw ApiErrors.invalid(member + " cannot be empty.");
        }
        if (given.size() > MOST_DESCRIBED) {
            throw ApiErrors.invalid(
                    member + " cannot have more than " + MOST_DESCRIBED + " elements.");
        }
    }
}
