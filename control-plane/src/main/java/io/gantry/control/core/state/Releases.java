package io.gantry.control.core.state;

import io.gantry.common.table.SortedTable;
import java.util.Map;
import java.util.stream.Stream;

/** What services were and are configured to be, and how they came from one to the other. */
public record Releases(
        SortedTable<ServiceRevision.Key, ServiceRevision> revisions,
        SortedTable<ServiceDeployment.Key, ServiceDeployment> deployments) {
    public static final Releases NONE = new Releases(SortedTable.empty(), SortedTable.empty());

    /** The service deployments of a service in the order of their ids. */
    public Stream<ServiceDeployment> deploymentsOf(ServiceKey service) {
        return deployments
                .streamFrom(new ServiceDeployment.Key(service, ""))
                .takeWhile(entry -> entry.getKey().service().equals(service))
                .map(Map.Entry::getValue);
    }

    /** The revisions of a service in the order of their numbers. */
    public Stream<ServiceRevision> revisionsOf(ServiceKey service) {
        return revisions
                .streamFrom(new ServiceRevision.Key(service, 0))
                .takeWhile(entry -> entry.getKey().service().equals(service))
                .map(Map.Entry::getValue);
    }
}
