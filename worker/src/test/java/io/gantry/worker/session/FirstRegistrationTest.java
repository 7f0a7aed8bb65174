package io.gantry.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.Resources;
import io.gantry.common.time.VirtualTime;
import io.gantry.worker.session.Transport.HttpAnswer;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A worker that is there before the cluster is. */
final class FirstRegistrationTest {
    private static final HttpAnswer NO_CLUSTER =
            new HttpAnswer(
                    400,
                    "{\"__type\":\"ClusterNotFoundException\",\"message\":\"Cluster not found.\"}");

    private final VirtualTime time = new VirtualTime();
    private final FakeControlPlane plane = new FakeControlPlane(time);
    private final AtomicBoolean keyIsThere = new AtomicBoolean(true);

    private ControlPlaneSession session(String cluster) {
        return new ControlPlaneSession(
                new SessionSettings(
                        List.of(URI.create("http://a:8700")),
                        cluster,
                        new Resources(2048, 4096),
                        Set.of(),
                        List.of(),
                        Map.of(),
                        "0.1.0",
                        "20.10",
                        List.of()),
                plane,
                new KeySigner(this::key, "us-east-1"),
                time,
                time,
                new Random(1),
                new FakeTasks());
    }

    private AccessKey key() {
        if (keyIsThere.get()) {
            return new AccessKey("AKID", "secret", null);
        }
        throw new UncheckedIOException(new FileNotFoundException("root-credentials"));
    }

    @Test
    void waitsForAKeyThatIsNotWrittenYet() {
        keyIsThere.set(false);
        session("demo").start();
        time.advance(Duration.ofSeconds(30));
        assertThat(plane.calls).isEmpty();

        keyIsThere.set(true);
        time.advance(Duration.ofMinutes(2));
        assertThat(plane.operations()).startsWith("RegisterContainerInstance");
        assertThat(plane.socket("acs").closed).isFalse();
    }

    @Test
    void createsTheDefaultClusterIfItIsMissing() {
        HttpAnswer success = plane.registerAnswer;
        plane.registerAnswer = NO_CLUSTER;
        session("default").start();
        time.advance(Duration.ofMillis(2));
        assertThat(plane.operations()).startsWith("RegisterContainerInstance", "CreateCluster");
        assertThat(plane.calls.get(1).body().toString()).isEqualTo("{\"clusterName\":\"default\"}");

        plane.registerAnswer = success;
        time.advance(Duration.ofMinutes(2));
        assertThat(plane.socket("acs").closed).isFalse();
    }

    @Test
    void doesNotCreateAnyOtherCluster() {
        plane.registerAnswer = NO_CLUSTER;
        session("demo").start();
        time.advance(Duration.ofMinutes(2));
        assertThat(plane.operations()).containsOnly("RegisterContainerInstance");
    }
}
