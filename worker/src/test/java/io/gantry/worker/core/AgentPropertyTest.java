package io.gantry.worker.core;

import static io.gantry.worker.core.Scenario.container;
import static io.gantry.worker.core.Scenario.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.ContainerDependency;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentEvent.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random runtimes, orders, restarts and answers; what must hold in every one of them. */
final class AgentPropertyTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    @Test
    void whateverHappensReportsAreMonotonicAndEveryTaskEnds() {
        for (long seed = 0; seed < 500; seed++) {
            try {
                new Run(seed).play();
            } catch (AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final Agent agent = new Agent(AgentSettings.usual());
        private final List<AgentEvent> pending = new ArrayList<>();
        private final Set<ContainerKey> alive = new HashSet<>();
        private final Map<String, TaskStatus> told = new HashMap<>();
        private AgentState state = AgentState.EMPTY;
        private long now = 1_000;

        Run(long seed) {
            random = new Random(seed);
        }

        void play() {
            for (int i = 0; i < 3; i++) {
                take(new AgentEvent.Assigned(randomTask("t" + i)));
            }
            for (int step = 0; step < 200; step++) {
                happen();
            }
            for (int i = 0; i < 3; i++) {
                take(new AgentEvent.Assigned(AcsTask.stop(Scenario.arn("t" + i))));
            }
            for (int round = 0; round < 400 && !allEnded(); round++) {
                deliver();
                now += 5_000;
                take(new AgentEvent.Tick());
            }
            assertThat(allEnded()).as("every task ends: %s", state.tasks()).isTrue();
            assertThat(alive).isEmpty();
        }

        private boolean allEnded() {
            return state.tasks().values().allMatch(LocalTask::settled);
        }

        private AcsTask randomTask(String id) {
            List<AcsContainer> containers = new ArrayList<>();
            for (int i = 0; i < NAMES.size(); i++) {
                List<ContainerDependency> on = new ArrayList<>();
                if (i > 0 && random.nextBoolean()) {
                    String condition =
                            List.of("START", "COMPLETE", "SUCCESS").get(random.nextInt(3));
                    on.add(new ContainerDependency(NAMES.get(random.nextInt(i)), condition));
                }
                containers.add(
                        container(NAMES.get(i))
                                .essential(random.nextBoolean())
                                .dependsOn(on)
                                .startTimeout(random.nextBoolean() ? 30 : null)
                                .build());
            }
            return task(id, containers.toArray(AcsContainer[]::new));
        }

        private void happen() {
            now += random.nextInt(2_000);
            switch (random.nextInt(12)) {
                case 0 -> take(new AgentEvent.Tick());
                case 1 -> restart();
                case 2, 3 -> crashOne();
                default -> deliver();
            }
        }

        private void deliver() {
            if (!pending.isEmpty()) {
                take(pending.remove(random.nextInt(pending.size())));
            }
        }

        private void crashOne() {
            alive.stream()
                    .min(Comparator.comparing(ContainerKey::toString))
                    .filter(_ -> random.nextInt(4) == 0)
                    .ifPresent(key -> exit(key, random.nextInt(2)));
        }

        private void exit(ContainerKey key, int code) {
            if (alive.remove(key)) {
                pending.add(new AgentEvent.Exited(key, new FoundContainer.Exit(code, null, now)));
            }
        }

        private void restart() {
            pending.clear();
            List<FoundContainer> found =
                    alive.stream()
                            .map(key -> new FoundContainer(key, id(key), facts(key), null))
                            .toList();
            take(new AgentEvent.Restarted(found));
        }

        private static List<Object> indexes(AgentState state) {
            List<Object> entries = new ArrayList<>();
            state.open().forEach((_, task) -> entries.add(task));
            state.ended().forEach((place, task) -> entries.addAll(List.of(place, task)));
            return entries;
        }

        private void take(AgentEvent event) {
            Agent.Step step = agent.step(state, event, now);
            Agent.Step again = agent.step(state, event, now);
            assertThat(again.actions()).isEqualTo(step.actions());
            assertThat(again.state().tasks().values().toList())
                    .isEqualTo(step.state().tasks().values().toList());
            state = step.state();
            assertThat(indexes(state)).isEqualTo(indexes(AgentState.of(state.tasks())));
            step.actions().forEach(this::carryOut);
        }

        private void carryOut(AgentAction action) {
            switch (action) {
                case AgentAction.Pull pull ->
                        pending.add(
                                random.nextInt(20) == 0
                                        ? new AgentEvent.Failed(pull.key(), Stage.PULL, "no")
                                        : new AgentEvent.Pulled(pull.key(), null));
                case AgentAction.Create create ->
                        pending.add(new AgentEvent.Created(create.key(), id(create.key())));
                case AgentAction.Start start -> {
                    assertThat(alive.add(start.key())).as("started once").isTrue();
                    pending.add(new AgentEvent.Started(start.key(), facts(start.key())));
                }
                case AgentAction.Stop stop -> exit(stop.key(), 143);
                case AgentAction.RemoveStray stray -> alive.remove(stray.key());
                case AgentAction.RemoveTask _, AgentAction.TellHealth _ -> {}
                case AgentAction.Report report -> tell(report.report());
                case AgentAction.Release release ->
                        assertThat(alive)
                                .as("all ended before their task is released")
                                .noneMatch(key -> key.taskArn().equals(release.task().arn()));
            }
        }

        private void tell(TaskReport report) {
            TaskStatus before = told.getOrDefault(report.taskArn(), TaskStatus.PENDING);
            assertThat(report.status()).isGreaterThanOrEqualTo(before);
            told.put(report.taskArn(), report.status());
            pending.add(new AgentEvent.ReportAcknowledged(report.taskArn(), report.number()));
        }

        private static String id(ContainerKey key) {
            return key.taskId() + key.containerName();
        }

        private RuntimeFacts facts(ContainerKey key) {
            return new RuntimeFacts(id(key), null, null, List.of(), null, now);
        }
    }
}
