package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.ServiceKey;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ClusterContainsContainerInstancesException;
import software.amazon.awssdk.services.ecs.model.ClusterContainsServicesException;
import software.amazon.awssdk.services.ecs.model.ClusterContainsTasksException;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.ServerException;
import software.amazon.awssdk.services.ecs.model.Tag;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ClustersTest {
    private final Office office = new Office();
    private final EcsClient ecs = office.ecs;

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    @Test
    void aClusterIsCreatedWithItsTags() {
        Cluster created =
                ecs.createCluster(r -> r.clusterName("demo").tags(tag("team", "a"))).cluster();
        assertThat(created.clusterArn()).isEqualTo(Office.ARN + "cluster/demo");
        assertThat(created.status()).isEqualTo("ACTIVE");
        assertThat(created.tags()).containsExactly(tag("team", "a"));
        assertThat(created.settings().getFirst().value()).isEqualTo("disabled");
        assertThat(created.hasCapacityProviders()).isTrue();
        assertThat(created.hasStatistics()).isTrue();
    }

    @Test
    void withoutNameItIsTheDefaultOneAndCreatingTwiceIsFine() {
        assertThat(ecs.createCluster().cluster().clusterName()).isEqualTo("default");
        assertThat(ecs.createCluster().cluster().clusterName()).isEqualTo("default");
        assertThat(ecs.listClusters().clusterArns()).hasSize(1);
        assertThat(ecs.describeClusters().clusters().getFirst().clusterName()).isEqualTo("default");
    }

    @Test
    void describingShowsWhatIsIncludedAndWhatIsMissing() {
        ecs.createCluster(r -> r.clusterName("demo").tags(tag("team", "a")));
        var bare = ecs.describeClusters(r -> r.clusters("demo", "ghost"));
        assertThat(bare.clusters()).hasSize(1);
        assertThat(bare.clusters().getFirst().tags()).isEmpty();
        assertThat(bare.failures().getFirst().arn()).isEqualTo(Office.ARN + "cluster/ghost");
        assertThat(bare.failures().getFirst().reason()).isEqualTo("MISSING");
        var full =
                ecs.describeClusters(
                                r ->
                                        r.clusters(Office.ARN + "cluster/demo")
                                                .include(
                                                        ClusterField.TAGS,
                                                        ClusterField.SETTINGS,
                                                        ClusterField.STATISTICS))
                        .clusters()
                        .getFirst();
        assertThat(full.tags()).hasSize(1);
        assertThat(full.settings()).hasSize(1);
        assertThat(full.statistics())
                .contains(KeyValuePair.builder().name("runningEC2TasksCount").value("0").build());
    }

    @Test
    void countsFollowWhatHappens() {
        office.withCluster("demo");
        office.worker("demo");
        office.definition("web");
        ecs.runTask(r -> r.cluster("demo").taskDefinition("web").count(2));
        ecs.createService(
                r -> r.cluster("demo").serviceName("s").taskDefinition("web").desiredCount(0));
        Cluster cluster =
                ecs.describeClusters(r -> r.clusters("demo").include(ClusterField.STATISTICS))
                        .clusters()
                        .getFirst();
        assertThat(cluster.registeredContainerInstancesCount()).isEqualTo(1);
        assertThat(cluster.pendingTasksCount()).isEqualTo(2);
        assertThat(cluster.activeServicesCount()).isEqualTo(1);
        assertThat(cluster.statistics())
                .contains(
                        KeyValuePair.builder().name("pendingEC2TasksCount").value("2").build(),
                        KeyValuePair.builder().name("activeEC2ServiceCount").value("1").build());
    }

    @Test
    void aClusterInUseIsNotDeleted() {
        office.withCluster("demo");
        String worker = office.worker("demo");
        office.definition("web");
        String task =
                ecs.runTask(r -> r.cluster("demo").taskDefinition("web"))
                        .tasks()
                        .getFirst()
                        .taskArn();
        ecs.createService(
                r -> r.cluster("demo").serviceName("s").taskDefinition("web").desiredCount(0));
        assertThatThrownBy(() -> ecs.deleteCluster(r -> r.cluster("demo")))
                .isInstanceOf(ClusterContainsServicesException.class);
        ecs.deleteService(r -> r.cluster("demo").service("s"));
        office.reconcile(new ServiceKey("demo", "s"));
        assertThatThrownBy(() -> ecs.deleteCluster(r -> r.cluster("demo")))
                .isInstanceOf(ClusterContainsContainerInstancesException.class);
        ecs.deregisterContainerInstance(
                r -> r.cluster("demo").containerInstance(worker).force(true));
        assertThat(task).isNotEmpty();
        assertThat(ecs.deleteCluster(r -> r.cluster("demo")).cluster().status())
                .isEqualTo("INACTIVE");
    }

    @Test
    void theErrorForTasksIsTyped() {
        assertThat(ApiErrors.of(new Refused(Cause.CLUSTER_CONTAINS_TASKS, "m")))
                .isInstanceOf(ClusterContainsTasksException.class);
    }

    @Test
    void aDeletedClusterIsDescribedButNotUsed() {
        office.withCluster("demo");
        ecs.deleteCluster(r -> r.cluster("demo"));
        assertThat(ecs.listClusters().clusterArns()).isEmpty();
        assertThat(ecs.describeClusters(r -> r.clusters("demo")).clusters().getFirst().status())
                .isEqualTo("INACTIVE");
        assertThatThrownBy(() -> ecs.listTasks(r -> r.cluster("demo")))
                .isInstanceOf(ClusterNotFoundException.class)
                .hasMessageContaining("Cluster not found.");
        assertThatThrownBy(() -> ecs.deleteCluster(r -> r.cluster("demo")))
                .isInstanceOf(ClusterNotFoundException.class);
    }

    @Test
    void clustersAreListedInPages() {
        for (int i = 0; i < 7; i++) {
            office.withCluster("c" + i);
        }
        List<String> arns =
                ecs.listClustersPaginator(r -> r.maxResults(3)).clusterArns().stream().toList();
        assertThat(arns).hasSize(7).doesNotHaveDuplicates().isSorted();
        assertThatThrownBy(() -> ecs.listClusters(r -> r.maxResults(101)))
                .isInstanceOf(InvalidParameterException.class);
        assertThatThrownBy(() -> ecs.listClusters(r -> r.nextToken("bogus")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Invalid token");
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        assertInvalid(
                "serviceConnectDefaults",
                () -> ecs.createCluster(r -> r.serviceConnectDefaults(s -> s.namespace("ns"))));
        assertInvalid("letters, numbers", () -> ecs.createCluster(r -> r.clusterName("a b")));
        assertInvalid(
                "reserved", () -> ecs.createCluster(r -> r.tags(tag("AWS:cloudformation", "x"))));
        assertInvalid(
                "Duplicate tag key",
                () -> ecs.createCluster(r -> r.tags(tag("a", "1"), tag("a", "2"))));
    }

    private static void assertInvalid(String part, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }

    @Test
    void withoutQuorumTheClientShouldTryAgain() {
        office.withCluster("demo");
        office.log.setAvailable(false);
        assertThatThrownBy(ecs::listClusters)
                .isInstanceOfSatisfying(
                        ServerException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(503);
                            assertThat(e.awsErrorDetails().errorMessage())
                                    .contains("no quorum", "start the nodes that are down");
                        });
        assertThatThrownBy(() -> ecs.createCluster(r -> r.clusterName("x")))
                .isInstanceOf(ServerException.class);
    }

    @Test
    void tagsAreFoundByTheNameOfTheirResource() {
        ecs.createCluster(r -> r.clusterName("demo").tags(tag("team", "a")));
        assertThat(ecs.listTagsForResource(r -> r.resourceArn(Office.ARN + "cluster/demo")).tags())
                .containsExactly(tag("team", "a"));
        office.definition("web");
        ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("s")
                                .taskDefinition("web")
                                .desiredCount(0)
                                .tags(tag("k", "v")));
        assertThat(
                        ecs.listTagsForResource(r -> r.resourceArn(Office.ARN + "service/demo/s"))
                                .tags())
                .containsExactly(tag("k", "v"));
        assertThat(
                        ecs.listTagsForResource(
                                        r -> r.resourceArn(Office.ARN + "task-definition/web:1"))
                                .tags())
                .isEmpty();
        assertThatThrownBy(() -> ecs.listTagsForResource(r -> r.resourceArn("nonsense")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("The ARN provided is invalid.");
        assertThatThrownBy(
                        () ->
                                ecs.listTagsForResource(
                                        r -> r.resourceArn(Office.ARN + "cluster/ghost")))
                .isInstanceOf(ClusterNotFoundException.class);
        ecs.createCluster(r -> r.clusterName("gone"));
        ecs.deleteCluster(r -> r.cluster("gone"));
        assertInvalid(
                "The specified cluster is inactive. Specify an active cluster and try again.",
                () -> ecs.listTagsForResource(r -> r.resourceArn(Office.ARN + "cluster/gone")));
        assertThatThrownBy(
                        () ->
                                ecs.listTagsForResource(
                                        r -> r.resourceArn(Office.ARN + "service/demo/ghost")))
                .isInstanceOf(EcsException.class)
                .hasMessageContaining("not found");
    }

    @Test
    void whoAmIIsTheAccount() {
        var identity = office.sts.getCallerIdentity();
        assertThat(identity.account()).isEqualTo(Office.ACCOUNT);
        assertThat(identity.userId()).isEqualTo(Office.ACCOUNT);
        assertThat(identity.arn()).isEqualTo("arn:aws:iam::" + Office.ACCOUNT + ":root");
    }
}
