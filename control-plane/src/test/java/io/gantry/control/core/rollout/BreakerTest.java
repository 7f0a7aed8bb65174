package io.gantry.control.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;

class BreakerTest {

    @ParameterizedTest
    @CsvSource({
        "BOUNDED_PERCENT,50,0,3",
        "BOUNDED_PERCENT,50,1,3",
        "BOUNDED_PERCENT,50,7,4",
        "BOUNDED_PERCENT,50,1000,200",
        "BOUNDED_PERCENT,10,100,10",
        "UNBOUNDED_PERCENT,50,1,1",
        "UNBOUNDED_PERCENT,50,5,3",
        "UNBOUNDED_PERCENT,100,1000,1000",
        "COUNT,1,1000,1",
        "COUNT,700,1,700"
    })
    void thresholdsFollowTheirType(String type, int value, int desired, int threshold) {
        var configuration =
                DeploymentConfiguration.builder()
                        .deploymentCircuitBreaker(
                                b ->
                                        b.enable(true)
                                                .thresholdConfiguration(
                                                        t -> t.type(type).value(value)))
                        .build();
        assertThat(Breaker.of(configuration, desired))
                .isEqualTo(new Breaker(true, false, true, threshold));
    }

    @Test
    void withoutAnythingSaidItIsOff() {
        assertThat(Breaker.of(null, 5).on()).isFalse();
        assertThat(Breaker.of(DeploymentConfiguration.builder().build(), 5).on()).isFalse();
    }

    @Test
    void onlyRollingDeploymentsHaveOne() {
        var configuration =
                DeploymentConfiguration.builder()
                        .strategy("BLUE_GREEN")
                        .deploymentCircuitBreaker(b -> b.enable(true))
                        .build();
        assertThat(Breaker.of(configuration, 5).on()).isFalse();
    }
}
