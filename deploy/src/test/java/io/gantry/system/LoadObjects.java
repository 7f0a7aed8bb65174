package io.gantry.system;

import io.gantry.system.LoadTarget.TaskPlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.Service;

/** What the clients of a load share: services whose counts they change, and families. */
final class LoadObjects {
    private static final int SERVICES = 8;
    private static final int FAMILIES = 8;
    private static final int MOST_QUIET = 5_000;
    private static final int MOST_BUSY = 4;

    private final LoadTarget target;
    private final List<Counted> services = new ArrayList<>();
    private final List<String> families;

    /**
     * A service whose count is changed.
     *
     * @param most a count that is allowed; smaller ones come again only after all of them
     */
    record Counted(String cluster, String name, int most, AtomicInteger writes) {
        Counted(String cluster, String name, int most) {
            this(cluster, name, most, new AtomicInteger());
        }

        /** From one on. */
        int nextCount() {
            return 1 + Math.floorMod(writes.getAndIncrement(), most);
        }

        Service describe(EcsClient ecs) {
            var request = DescribeServicesRequest.builder().cluster(cluster).services(name).build();
            return ecs.describeServices(request).services().stream()
                    .findFirst()
                    .orElseThrow(() -> new LoadCalls.DeclinedException("it is missing"));
        }
    }

    LoadObjects(LoadTarget target) {
        this.target = target;
        // Nothing can run in a cluster without workers, so each of these counts is written once.
        for (int i = 0; i < SERVICES; i++) {
            services.add(new Counted(target.cluster(), target.name() + "-quiet-" + i, MOST_QUIET));
        }
        if (target.tasks() != null) {
            String cluster = target.tasks().cluster();
            services.add(new Counted(cluster, target.name() + "-busy", MOST_BUSY));
        }
        families =
                IntStream.range(0, FAMILIES).mapToObj(i -> target.name() + "-family-" + i).toList();
    }

    List<Counted> services() {
        return services;
    }

    List<String> families() {
        return families;
    }

    Counted service(Random random) {
        return services.get(random.nextInt(services.size()));
    }

    String family(Random random) {
        return families.get(random.nextInt(families.size()));
    }

    /** Makes everything; each service begins with no task. */
    void create(EcsClient ecs) {
        ecs.createCluster(request -> request.clusterName(target.cluster()));
        families.forEach(family -> register(ecs, family));
        register(ecs, target.taskFamily());
        register(ecs, target.serviceFamily());
        for (Counted service : services) {
            ecs.createService(
                    request ->
                            request.cluster(service.cluster)
                                    .serviceName(service.name)
                                    .taskDefinition(target.serviceFamily())
                                    .desiredCount(0));
        }
    }

    /** Returns the revision. */
    int register(EcsClient ecs, String family) {
        ContainerDefinition idle = idle();
        return ecs.registerTaskDefinition(
                        request -> request.family(family).containerDefinitions(idle))
                .taskDefinition()
                .revision();
    }

    private ContainerDefinition idle() {
        TaskPlace place = target.tasks() == null ? TaskPlace.processes("none") : target.tasks();
        return ContainerDefinition.builder()
                .name("idle")
                .image(place.image())
                .command(place.command())
                .cpu(8)
                .memory(16)
                .stopTimeout(2)
                .build();
    }

    /** Leaves nothing but what ECS keeps of services and definitions that were removed. */
    void remove(EcsClient ecs) {
        for (Counted service : services) {
            ecs.deleteService(
                    request -> request.cluster(service.cluster).service(service.name).force(true));
        }
        ecs.listTaskDefinitionFamiliesPaginator(
                        request -> request.familyPrefix(target.name()).status("ACTIVE"))
                .families()
                .forEach(family -> deregister(ecs, family));
        ecs.deleteCluster(request -> request.cluster(target.cluster()));
    }

    private static void deregister(EcsClient ecs, String family) {
        List<String> arns =
                ecs
                        .listTaskDefinitionsPaginator(request -> request.familyPrefix(family))
                        .taskDefinitionArns()
                        .stream()
                        .toList();
        arns.forEach(arn -> ecs.deregisterTaskDefinition(request -> request.taskDefinition(arn)));
    }
}
