package io.gantry.control.core.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.Lab;
import io.gantry.control.core.state.Worker;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CapacityTest {
    private final Lab lab = new Lab(1);

    /** Everything that a worker with these attributes serves. */
    private Set<String> served(Map<String, String> attributes) {
        Worker worker = lab.machine(lab.worker(1024, 1024, attributes));
        var served = new TreeSet<String>();
        Stream.of("EC2", "FARGATE", "EXTERNAL")
                .filter(type -> Capacity.of(type, null).has(worker))
                .forEach(served::add);
        Stream.of("pool", "FARGATE", "FARGATE_SPOT")
                .filter(name -> Capacity.of(Capacity.launchTypeOf(name), name).has(worker))
                .map(name -> "by strategy " + name)
                .forEach(served::add);
        return served;
    }

    @Test
    void aMachineThatSaysNothingServesEveryLaunchType() {
        assertThat(served(Map.of()))
                .containsExactly(
                        "EC2",
                        "EXTERNAL",
                        "FARGATE",
                        "by strategy FARGATE",
                        "by strategy FARGATE_SPOT");
    }

    @Test
    void oneThatSaysItsTypeServesThatKindOfFargate() {
        assertThat(served(Map.of("gantry.capacity-type", "spot")))
                .containsExactly("EC2", "EXTERNAL", "by strategy FARGATE_SPOT");
        assertThat(served(Map.of("gantry.capacity-type", "on-demand")))
                .containsExactly("EC2", "EXTERNAL", "FARGATE", "by strategy FARGATE");
    }

    @Test
    void oneOfAProviderServesThatProviderAndPlainEc2() {
        assertThat(served(Map.of("gantry.capacity-provider", "pool")))
                .containsExactly("EC2", "by strategy pool");
        assertThat(served(Map.of("gantry.capacity-provider", "other"))).containsExactly("EC2");
    }

    @Test
    void oneForFargateServesNothingElse() {
        assertThat(served(Map.of("gantry.capacity-provider", "FARGATE")))
                .containsExactly("FARGATE", "by strategy FARGATE");
        assertThat(served(Map.of("gantry.capacity-provider", "FARGATE_SPOT")))
                .containsExactly("by strategy FARGATE_SPOT");
    }

    @Test
    void aZoneNarrowsItDown() {
        Worker worker = lab.machine(lab.worker(1, 1, Map.of("ecs.availability-zone", "a")));
        assertThat(Capacity.of("EC2", null).in("a").has(worker)).isTrue();
        assertThat(Capacity.of("EC2", null).in("b").has(worker)).isFalse();
    }
}
