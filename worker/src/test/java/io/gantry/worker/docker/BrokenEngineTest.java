package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.runtime.ContainerNeeds;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What becomes of orders and of containers while the engine hangs, fails, forgets or comes back.
 */
final class BrokenEngineTest {
    private static final ContainerKey KEY =
            new ContainerKey("arn:aws:ecs:us-east-1:123456789012:task/demo/t1", "web");
    private static final String NEVER = "0001-01-01T00:00:00Z";
    private static final String FIRST = "2026-01-01T10:00:00Z";
    private static final String SECOND = "2026-01-01T09:00:00Z";
    private static final AcsContainer WEB = AcsContainer.of("web", "busybox").build();
    private static final AcsTask TASK =
            AcsTask.run(KEY.taskArn(), "web", "1").containers(List.of(WEB)).build();

    private final BlockingQueue<AgentEvent> events = new LinkedBlockingQueue<>();
    private @Nullable FakeEngine engine;
    private @Nullable DockerRuntime runtime;

    @BeforeEach
    void start() throws IOException {
        engine = new FakeEngine();
    }

    @AfterEach
    void stop() {
        if (runtime != null) {
            runtime.close();
        }
        engine().close();
    }

    private FakeEngine engine() {
        return Check.present(engine, "engine");
    }

    private DockerRuntime runtime() {
        return Check.present(runtime, "runtime");
    }

    private void connect(Duration patience) {
        runtime =
                DockerRuntime.connect(
                        engine().client(patience),
                        new DockerSettings("me", "demo", PullBehavior.DEFAULT),
                        InjectedEnvironment.NONE,
                        ContainerNeeds.NONE,
                        events::add);
        runtime().adopt();
        await(() -> engine().listeners() == 1);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("condition in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private <T extends AgentEvent> T next(Class<T> type) throws InterruptedException {
        AgentEvent event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    private static String labels() {
        return "{\"io.gantry.agent\":\"me\",\"com.amazonaws.ecs.task-arn\":\"%s\",\"com.amazonaws.ecs.container-name\":\"web\"}"
                .formatted(KEY.taskArn());
    }

    private static String seen(String id, boolean runs, String began, String ended, int code) {
        return ("{\"Id\":\"%s\",\"Name\":\"/x\",\"Image\":\"sha256:1\",\"Config\":{\"Labels\":%s},"
                        + "\"State\":{\"Status\":\"%s\",\"Running\":%s,\"ExitCode\":%d,\"StartedAt\":\"%s\",\"FinishedAt\":\"%s\"}}")
                .formatted(id, labels(), runs ? "running" : "exited", runs, code, began, ended);
    }

    private static String listed(String id, String state) {
        return "[{\"Id\":\"%s\",\"State\":\"%s\",\"Labels\":%s}]".formatted(id, state, labels());
    }

    private static String event(String id, String action, int code) {
        return ("{\"Type\":\"container\",\"Action\":\"%s\",\"status\":\"%s\",\"id\":\"%s\",\"time\":1767261600,\"timeNano\":1767261600123456789,"
                        + "\"Actor\":{\"ID\":\"%s\",\"Attributes\":{\"exitCode\":\"%d\",\"com.amazonaws.ecs.task-arn\":\"%s\",\"com.amazonaws.ecs.container-name\":\"web\"}}}")
                .formatted(action, action, id, id, code, KEY.taskArn());
    }

    private void engineHas(String id, String inspected) {
        engine().on("GET /containers/%s/json".formatted(id), FakeEngine.text(200, inspected));
    }

    private void startRunning(String id, String began) throws InterruptedException {
        engineHas(id, seen(id, true, began, NEVER, 0));
        engine().on("POST /containers/%s/start".formatted(id), FakeEngine.text(204, ""));
        runtime().start(new AgentAction.Start(KEY, id));
        next(AgentEvent.Started.class);
    }

    @Test
    void ordersThatAreNotAnsweredEndWithATimeout() throws Exception {
        connect(Duration.ofMillis(300));
        engine().on("POST /containers/create", engine().silence());
        runtime().create(new AgentAction.Create(KEY, TASK, WEB));

        assertThat(next(AgentEvent.Failed.class).error())
                .isEqualTo(
                        "DockerTimeoutError: Could not transition to created; timed out after"
                                + " waiting 0s");
    }

    @Test
    void aHungEngineIsUnhealthyAndItsContainersAreNotSaidToBeDead() throws Exception {
        connect(Duration.ofMillis(300));
        startRunning("c1", FIRST);
        engine().silent(true);

        assertThat(runtime().healthy()).isFalse();
        runtime().stop(new AgentAction.Stop(KEY, "c1", 1_000));
        assertThat(next(AgentEvent.Failed.class).error())
                .startsWith("DockerTimeoutError: Could not transition to stopped;");
        assertThat(events).isEmpty();
        engine().silent(false);
        assertThat(runtime().healthy()).isTrue();
    }

    @Test
    void aStartWhoseAnswerWasLostCountsIfTheContainerRuns() throws Exception {
        connect(Duration.ofMillis(300));
        engineHas("c1", seen("c1", true, FIRST, NEVER, 0));
        engine().on("POST /containers/c1/start", engine().silence());
        runtime().start(new AgentAction.Start(KEY, "c1"));

        assertThat(next(AgentEvent.Started.class).facts().runtimeId()).isEqualTo("c1");
        assertThat(engine().count("POST /containers/c1/start")).isEqualTo(1);
    }

    @Test
    void aContainerThatBeginsAfterItWasGivenUpIsStopped() throws Exception {
        connect(Duration.ofMillis(300));
        engineHas("c1", seen("c1", false, NEVER, NEVER, 0));
        engine().on("POST /containers/c1/start", engine().silence());
        runtime().start(new AgentAction.Start(KEY, "c1"));
        assertThat(next(AgentEvent.Failed.class).error()).startsWith("DockerTimeoutError: ");

        AtomicBoolean stopped = new AtomicBoolean();
        engine().on(
                        "POST /containers/c1/kill",
                        exchange -> {
                            stopped.set(true);
                            FakeEngine.text(204, "").to(exchange);
                        });
        engineHas("c1", seen("c1", true, FIRST, NEVER, 0));
        engine().on("GET /containers/json", FakeEngine.text(200, listed("c1", "running")));
        // A new stream of events makes the watch look; the second look decides.
        engine().cutEvents();
        await(() -> engine().listeners() == 1);
        engine().cutEvents();
        await(stopped::get);
    }

    @Test
    void anEndDuringACutOfTheEventsIsFoundWithCodeAndTime() throws Exception {
        connect(Duration.ofSeconds(5));
        startRunning("c1", FIRST);
        engineHas("c1", seen("c1", false, FIRST, "2026-01-01T10:00:05.25Z", 7));
        engine().on("GET /containers/json", FakeEngine.text(200, listed("c1", "exited")));
        engine().cutEvents();

        Exit exit = next(AgentEvent.Exited.class).exit();
        assertThat(exit.code()).isEqualTo(7);
        assertThat(exit.atMillis() - Check.present(exit.startedAtMillis(), "begin"))
                .isEqualTo(5_250);
        engine().tell(event("c1", "die", 7));
        engine().cutEvents();
        await(() -> engine().listeners() == 1);
        assertThat(events).as("an end is told once").isEmpty();
    }

    @Test
    void aContainerThatIsGoneIsSaidToHaveVanished() throws Exception {
        connect(Duration.ofSeconds(5));
        startRunning("c1", FIRST);
        engine().on("GET /containers/c1/json", FakeEngine.text(404, "{\"message\":\"no\"}"));
        engine().cutEvents();

        assertThat(next(AgentEvent.Exited.class).exit().reason())
                .startsWith("ContainerVanishedError: ");
    }

    @Test
    void anEngineThatAnswersWithErrorsKillsNobody() throws Exception {
        connect(Duration.ofSeconds(5));
        startRunning("c1", FIRST);
        engine().on("GET /containers/json", FakeEngine.text(500, "{\"message\":\"broken\"}"));
        engine().on("GET /containers/c1/json", FakeEngine.text(500, "{\"message\":\"broken\"}"));
        engine().cutEvents();
        await(() -> engine().listeners() == 1);
        engine().tell(event("c1", "health_status: healthy", 0));
        await(() -> engine().count("GET /containers/c1/json") > 1);

        assertThat(events).isEmpty();
        engine().tell(event("c1", "die", 9));
        Exit exit = next(AgentEvent.Exited.class).exit();
        assertThat(exit.code()).as("what the event said is better than nothing").isEqualTo(9);
        assertThat(exit.atMillis()).isEqualTo(1_767_261_600_123L);
    }

    @Test
    void eventsOfAnotherIncarnationMeanNothing() throws Exception {
        connect(Duration.ofSeconds(5));
        startRunning("c2", FIRST);
        engineHas("c1", seen("c1", false, SECOND, SECOND, 1));
        engine().tell(event("c1", "die", 1));
        engineHas("c2", seen("c2", false, FIRST, "2026-01-01T10:00:05Z", 2));
        engine().tell(event("c2", "die", 2));

        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(2);
    }

    /** The second run begins and ends earlier than the first by the clock, which was set back. */
    @Test
    void anEndIsNotLostWhenTheClockWasSetBack() throws Exception {
        connect(Duration.ofSeconds(5));
        startRunning("c1", FIRST);
        engineHas("c1", seen("c1", false, FIRST, "2026-01-01T10:00:05Z", 1));
        engine().tell(event("c1", "die", 1));
        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(1);

        startRunning("c1", SECOND);
        engineHas("c1", seen("c1", false, SECOND, "2026-01-01T09:00:05Z", 2));
        engine().tell(event("c1", "die", 2));
        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(2);
    }

    @Test
    void theEndOfTheRunBeforeIsNotTakenForThatOfTheNext() throws Exception {
        connect(Duration.ofMillis(700));
        startRunning("c1", FIRST);
        String ended = seen("c1", false, FIRST, "2026-01-01T10:00:05Z", 1);
        engineHas("c1", ended);
        engine().tell(event("c1", "die", 1));
        next(AgentEvent.Exited.class);

        // The engine still shows the old end while it takes its time to begin anew.
        engine().on("POST /containers/c1/start", engine().silence());
        runtime().start(new AgentAction.Start(KEY, "c1"));
        await(() -> engine().count("POST /containers/c1/start") == 2);
        engine().on("GET /containers/json", FakeEngine.text(200, listed("c1", "exited")));
        long before = engine().count("GET /containers/c1/json");
        engine().cutEvents();
        await(() -> engine().count("GET /containers/c1/json") > before);

        assertThat(next(AgentEvent.Failed.class).error()).startsWith("DockerTimeoutError: ");
        assertThat(events).isEmpty();
    }
}
