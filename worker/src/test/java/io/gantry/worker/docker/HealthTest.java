package io.gantry.worker.docker;

import static io.gantry.worker.docker.Engine.config;
import static io.gantry.worker.docker.Engine.shell;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.HealthState;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.check.Check;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.AgentEvent.HealthChanged;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The engine asks a container for its health as the task definition says. */
@Tag("docker")
final class HealthTest {
    private static final String SECOND = "1000000000";

    @RegisterExtension private final Engine engine = new Engine();

    private static AcsContainer checked(String script, String test, String more) {
        return shell("web", script)
                .reportsHealth(true)
                .dockerConfig(
                        config(
                                "{\"Healthcheck\":{\"Test\":%s,\"Interval\":%s,\"Timeout\":%s%s}}"
                                        .formatted(test, SECOND, SECOND, more)))
                .build();
    }

    private HealthChanged next(Health health) throws InterruptedException {
        return engine.next(HealthChanged.class, one -> one.health() == health);
    }

    @Test
    void aCommandWithoutAShellIsRun() throws Exception {
        engine.start(
                checked(
                        "touch /tmp/ok; exec sleep 100",
                        "[\"CMD\",\"test\",\"-e\",\"/tmp/ok\"]",
                        ",\"Retries\":3"));

        assertThat(next(Health.HEALTHY).output()).isNullOrEmpty();
    }

    @Test
    void afterItsRetriesItIsUnhealthyAndSaysWhy() throws Exception {
        String id =
                engine.start(
                                checked(
                                        "exec sleep 100",
                                        "[\"CMD-SHELL\",\"echo no luck; exit 1\"]",
                                        ",\"Retries\":2"))
                        .runtimeId();

        assertThat(next(Health.UNHEALTHY).output()).contains("no luck");
        assertThat(health(id).getFailingStreak()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void failuresOfTheStartPeriodDoNotCount() throws Exception {
        String id =
                engine.start(
                                checked(
                                        "exec sleep 100",
                                        "[\"CMD-SHELL\",\"exit 1\"]",
                                        ",\"Retries\":1,\"StartPeriod\":60" + SECOND.substring(1)))
                        .runtimeId();
        Engine.until("it was asked twice", () -> Check.present(health(id).getLog(), id).size() > 1);

        assertThat(health(id).getStatus()).isEqualTo("starting");
    }

    @Test
    void aContainerOfWhichNothingWasAskedReportsNothing() throws Exception {
        AcsContainer container = shell("web", "exec sleep 100").build();
        String id = engine.start(container).runtimeId();

        assertThat(engine.inspect(id).getConfig().getHealthcheck())
                .satisfies(check -> assertThat(check.getTest()).isEqualTo(List.of("NONE")));
    }

    private HealthState health(String id) {
        return Check.present(engine.inspect(id).getState().getHealth(), id);
    }
}
