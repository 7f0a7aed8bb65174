package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.MissingVersionException;
import software.amazon.awssdk.services.ecs.model.NamespaceNotFoundException;
import software.amazon.awssdk.services.ecs.model.NoUpdateAvailableException;

/** Operations that find nothing to do here, and say so as ECS does. */
class AgentUpdatesTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private void update(String cluster, String instance) {
        ecs.updateContainerAgent(r -> r.cluster(cluster).containerInstance(instance));
    }

    @Test
    void thereIsNoNewerAgent() {
        String worker = office.worker("demo");
        assertThatThrownBy(() -> update("demo", worker))
                .isInstanceOf(NoUpdateAvailableException.class)
                .hasMessageContaining("There is no update available for your container agent.");
        office.disconnect(worker);
        assertThatThrownBy(() -> update("demo", worker.substring(worker.lastIndexOf('/') + 1)))
                .isInstanceOf(NoUpdateAvailableException.class);
    }

    @Test
    void anAgentThatHasNeverConnectedHasNoVersion() {
        String worker =
                ecs.registerContainerInstance(
                                r -> r.cluster("demo").totalResources(Office.resources()))
                        .containerInstance()
                        .containerInstanceArn();
        assertThatThrownBy(() -> update("demo", worker))
                .isInstanceOf(MissingVersionException.class);
    }

    @Test
    void theInstanceIsAnActiveOneOfTheCluster() {
        String worker = office.worker("demo");
        assertThatThrownBy(() -> update("ghost", "0123456789abcdef0123456789abcdef"))
                .isInstanceOf(ClusterNotFoundException.class);
        assertThatThrownBy(() -> update("demo", "0123456789abcdef0123456789abcdef"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> update("demo", "short"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("containerInstanceId length should be one of [32,36]");
        ecs.deregisterContainerInstance(r -> r.cluster("demo").containerInstance(worker));
        assertThatThrownBy(() -> update("demo", worker))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("inactive");
    }

    @Test
    void thereAreNoNamespacesAsLongAsNoServiceHasOne() {
        for (String namespace :
                new String[] {
                    "internal",
                    "arn:aws:servicediscovery:us-east-1:" + Office.ACCOUNT + ":namespace/ns-abc"
                }) {
            assertThatThrownBy(() -> ecs.listServicesByNamespace(r -> r.namespace(namespace)))
                    .isInstanceOf(NamespaceNotFoundException.class);
        }
        for (String namespace : new String[] {"a/b", "<x>", "", Office.ARN + "cluster/demo"}) {
            assertThatThrownBy(() -> ecs.listServicesByNamespace(r -> r.namespace(namespace)))
                    .isInstanceOf(InvalidParameterException.class)
                    .hasMessageContaining("namespace");
        }
        assertThatThrownBy(
                        () ->
                                ecs.listServicesByNamespace(
                                        r -> r.namespace("internal").maxResults(101)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("maxResults must be between 1 and 100");
        assertThatThrownBy(
                        () ->
                                ecs.listServicesByNamespace(
                                        r -> r.namespace("internal").nextToken("forged")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Invalid token.");
    }
}
