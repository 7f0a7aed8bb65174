package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ClusterConfiguration;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.ClusterSetting;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.Tag;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ClusterSettingsTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private static ClusterSetting insights(String value) {
        return ClusterSetting.builder().name("containerInsights").value(value).build();
    }

    private static ClusterConfiguration logging(String logging) {
        return ClusterConfiguration.builder()
                .executeCommandConfiguration(e -> e.logging(logging))
                .build();
    }

    private Cluster described(ClusterField... include) {
        return ecs.describeClusters(r -> r.clusters("demo").include(include)).clusters().getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled", "enhanced", "disabled"})
    void containerInsightsIsKeptAndShown(String value) {
        assertThat(
                        ecs.updateClusterSettings(r -> r.cluster("demo").settings(insights(value)))
                                .cluster()
                                .settings())
                .containsExactly(insights(value));
        assertThat(described(ClusterField.SETTINGS).settings()).containsExactly(insights(value));
        assertThat(described().settings()).isEmpty();
        assertThat(
                        ecs.createCluster(r -> r.clusterName("other").settings(insights(value)))
                                .cluster()
                                .settings())
                .containsExactly(insights(value));
    }

    @Test
    void whatAnUpdateDoesNotNameStaysAsItIs() {
        ecs.tagResource(
                r ->
                        r.resourceArn(Office.ARN + "cluster/demo")
                                .tags(Tag.builder().key("k").value("v").build()));
        ecs.updateCluster(r -> r.cluster("demo").settings(insights("enabled")));
        Cluster updated =
                ecs.updateCluster(
                                r ->
                                        r.cluster(Office.ARN + "cluster/demo")
                                                .configuration(logging("NONE")))
                        .cluster();
        assertThat(updated.settings()).containsExactly(insights("enabled"));
        assertThat(updated.configuration()).isEqualTo(logging("NONE"));
        assertThat(updated.tags()).hasSize(1);
        assertThat(described(ClusterField.CONFIGURATIONS).configuration())
                .isEqualTo(logging("NONE"));
        assertThat(described(ClusterField.SETTINGS).configuration()).isNull();
        assertThat(ecs.updateCluster(r -> r.cluster("demo")).cluster().configuration())
                .isEqualTo(logging("NONE"));
    }

    @Test
    void aClusterIsMadeWithItsConfiguration() {
        assertThat(
                        ecs.createCluster(
                                        r -> r.clusterName("new").configuration(logging("DEFAULT")))
                                .cluster()
                                .configuration())
                .isEqualTo(logging("DEFAULT"));
    }

    @Test
    void whatNothingActsOnIsNamed() {
        refused("configuration.executeCommandConfiguration.logging", logging("OVERRIDE"));
        refused(
                "configuration.executeCommandConfiguration.kmsKeyId",
                ClusterConfiguration.builder()
                        .executeCommandConfiguration(e -> e.kmsKeyId("key"))
                        .build());
        refused(
                "logConfiguration can only be specified when logging is OVERRIDE.",
                ClusterConfiguration.builder()
                        .executeCommandConfiguration(
                                e -> e.logConfiguration(l -> l.s3BucketName("b")))
                        .build());
        refused(
                "configuration.managedStorageConfiguration",
                ClusterConfiguration.builder()
                        .managedStorageConfiguration(m -> m.kmsKeyId("key"))
                        .build());
        assertInvalid(
                "serviceConnectDefaults",
                () ->
                        ecs.updateCluster(
                                r ->
                                        r.cluster("demo")
                                                .serviceConnectDefaults(s -> s.namespace("ns"))));
        ecs.updateCluster(r -> r.cluster("demo").serviceConnectDefaults(s -> s.namespace("")));
    }

    private void refused(String part, ClusterConfiguration configuration) {
        assertInvalid(
                part, () -> ecs.updateCluster(r -> r.cluster("demo").configuration(configuration)));
        assertInvalid(
                part,
                () -> ecs.createCluster(r -> r.clusterName("x").configuration(configuration)));
    }

    @Test
    void mistakesInSettingsAreNamed() {
        for (List<ClusterSetting> settings :
                List.of(
                        List.of(insights("on")),
                        List.of(ClusterSetting.builder().name("containerInsights").build()),
                        List.of(insights("enabled"), insights("disabled")))) {
            assertInvalid(
                    "containerInsights",
                    () -> ecs.updateClusterSettings(r -> r.cluster("demo").settings(settings)));
            assertInvalid(
                    "containerInsights",
                    () -> ecs.createCluster(r -> r.clusterName("x").settings(settings)));
        }
        assertInvalid(
                "settings",
                () ->
                        ecs.updateClusterSettings(
                                r -> r.cluster("demo").settings(List.<ClusterSetting>of())));
        assertInvalid(
                "settings.1.member.name",
                () ->
                        ecs.updateClusterSettings(
                                r -> r.cluster("demo").settings(s -> s.name("other").value("x"))));
    }

    @Test
    void onlyActiveClustersAreUpdated() {
        assertThatThrownBy(() -> ecs.updateCluster(r -> r.cluster("ghost")))
                .isInstanceOf(ClusterNotFoundException.class)
                .hasMessageContaining("Cluster not found.");
        ecs.deleteCluster(r -> r.cluster("demo"));
        assertThatThrownBy(
                        () ->
                                ecs.updateClusterSettings(
                                        r -> r.cluster("demo").settings(insights("enabled"))))
                .isInstanceOf(ClusterNotFoundException.class);
    }

    @Test
    void aClusterOfTheSameNameBeginsAnewAndIsRememberedAsLongAsAnyOther() {
        ecs.updateCluster(r -> r.cluster("demo").settings(insights("enabled")));
        ecs.deleteCluster(r -> r.cluster("demo"));
        pass(Duration.ofMinutes(50));
        assertThat(described().status()).isEqualTo("INACTIVE");
        office.withCluster("demo");
        assertThat(described(ClusterField.SETTINGS).settings())
                .containsExactly(insights("disabled"));
        ecs.deleteCluster(r -> r.cluster("demo"));
        pass(Duration.ofMinutes(50));
        assertThat(described().status()).isEqualTo("INACTIVE");
        pass(Duration.ofMinutes(11));
        var gone = ecs.describeClusters(r -> r.clusters("demo"));
        assertThat(gone.clusters()).isEmpty();
        assertThat(gone.failures().getFirst().reason()).isEqualTo("MISSING");
    }

    private void pass(Duration duration) {
        office.time.advance(duration);
        office.submit(new Command.Tick());
    }

    private static void assertInvalid(String part, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }
}
