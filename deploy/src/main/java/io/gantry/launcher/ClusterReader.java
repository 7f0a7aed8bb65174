package io.gantry.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.DescribeContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeContainerInstancesResponse;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesResponse;
import software.amazon.awssdk.services.ecs.model.DescribeTasksRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTasksResponse;
import software.amazon.awssdk.services.ecs.model.ListClustersRequest;
import software.amazon.awssdk.services.ecs.model.ListClustersResponse;
import software.amazon.awssdk.services.ecs.model.ListContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.ListContainerInstancesResponse;
import software.amazon.awssdk.services.ecs.model.ListServicesRequest;
import software.amazon.awssdk.services.ecs.model.ListServicesResponse;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.ListTasksResponse;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Task;

/** Everything of a kind, over the pages and limits of the API. */
final class ClusterReader {
    private static final int PER_DESCRIPTION = 100;
    private static final int SERVICES_PER_DESCRIPTION = 10;

    private final ApiClient api;

    ClusterReader(ApiClient api) {
        this.api = api;
    }

    private record Page(List<String> arns, @Nullable String next) {}

    private static List<String> all(Function<@Nullable String, Page> pages) {
        var arns = new ArrayList<String>();
        String token = null;
        do {
            Page page = pages.apply(token);
            arns.addAll(page.arns());
            token = page.next();
        } while (token != null);
        return arns;
    }

    private static <T> List<T> inBatches(
            List<String> arns, int size, Function<List<String>, List<T>> describe) {
        var described = new ArrayList<T>();
        for (int from = 0; from < arns.size(); from += size) {
            described.addAll(
                    describe.apply(arns.subList(from, Math.min(arns.size(), from + size))));
        }
        return described;
    }

    List<String> clusters() {
        return all(
                token -> {
                    var request = ListClustersRequest.builder().nextToken(token).build();
                    var reply = api.call(request, ListClustersResponse.class);
                    return new Page(reply.clusterArns(), reply.nextToken());
                });
    }

    List<ContainerInstance> workers(String cluster) {
        return describedWorkers(cluster, workerArns(cluster));
    }

    List<String> workerArns(String cluster) {
        return all(
                token -> {
                    var request =
                            ListContainerInstancesRequest.builder()
                                    .cluster(cluster)
                                    .nextToken(token)
                                    .build();
                    var reply = api.call(request, ListContainerInstancesResponse.class);
                    return new Page(reply.containerInstanceArns(), reply.nextToken());
                });
    }

    List<ContainerInstance> describedWorkers(String cluster, List<String> arns) {
        return inBatches(
                arns,
                PER_DESCRIPTION,
                some -> {
                    var request =
                            DescribeContainerInstancesRequest.builder()
                                    .cluster(cluster)
                                    .containerInstances(some)
                                    .build();
                    return api.call(request, DescribeContainerInstancesResponse.class)
                            .containerInstances();
                });
    }

    List<Service> services(String cluster) {
        List<String> arns =
                all(
                        token -> {
                            var request =
                                    ListServicesRequest.builder()
                                            .cluster(cluster)
                                            .nextToken(token)
                                            .build();
                            var reply = api.call(request, ListServicesResponse.class);
                            return new Page(reply.serviceArns(), reply.nextToken());
                        });
        return inBatches(
                arns,
                SERVICES_PER_DESCRIPTION,
                some -> {
                    var request =
                            DescribeServicesRequest.builder()
                                    .cluster(cluster)
                                    .services(some)
                                    .build();
                    return api.call(request, DescribeServicesResponse.class).services();
                });
    }

    /** Those that should run. */
    List<Task> tasks(String cluster, @Nullable String service) {
        return listedTasks(
                cluster, ListTasksRequest.builder().cluster(cluster).serviceName(service).build());
    }

    /** Those that a request lists, over all of its pages. */
    List<Task> listedTasks(String cluster, ListTasksRequest request) {
        return describedTasks(cluster, taskArns(request));
    }

    List<String> taskArns(ListTasksRequest request) {
        return all(
                token -> {
                    var page = request.toBuilder().nextToken(token).build();
                    var reply = api.call(page, ListTasksResponse.class);
                    return new Page(reply.taskArns(), reply.nextToken());
                });
    }

    List<Task> describedTasks(String cluster, List<String> arns) {
        return inBatches(
                arns,
                PER_DESCRIPTION,
                some -> {
                    var request =
                            DescribeTasksRequest.builder().cluster(cluster).tasks(some).build();
                    return api.call(request, DescribeTasksResponse.class).tasks();
                });
    }

    /** The service of that name, or null. */
    @Nullable Service service(String cluster, String name) {
        var request = DescribeServicesRequest.builder().cluster(cluster).services(name).build();
        return api.call(request, DescribeServicesResponse.class).services().stream()
                .findFirst()
                .orElse(null);
    }
}
