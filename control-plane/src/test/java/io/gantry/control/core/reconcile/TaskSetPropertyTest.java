package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is done to task sets and machines, each set has its share in the end, and no more. */
class TaskSetPropertyTest {
    private static final int STEPS = 400;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void setsNeverExceedWhatTheyShouldHaveAndReachItInTheEnd(long seed) {
        var run = new Run(seed);
        for (int i = 0; i < STEPS; i++) {
            run.step();
            Audit.check(run.lab.state());
        }
        run.calmDown();
        Service service = run.lab.service();
        for (Deployment each : service.deployments()) {
            assertThat(each.set()).matches(set -> set != null && set.steady());
            assertThat(each.running()).isEqualTo(each.desired());
        }
        assertThat(service.steady()).isEqualTo(!service.deployments().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void theSameHappensWithTheSameSeed(long seed) {
        ClusterState one = played(seed);
        ClusterState other = played(seed);
        assertThat(one.services().values().toList()).isEqualTo(other.services().values().toList());
        assertThat(one.tasks().values().toList()).isEqualTo(other.tasks().values().toList());
    }

    private static ClusterState played(long seed) {
        var run = new Run(seed);
        for (int i = 0; i < STEPS / 4; i++) {
            run.step();
        }
        return run.lab.state();
    }

    private static final class Run {
        final Lab lab;
        private final Sets sets;
        private final Random random;
        private final List<TaskDefinitionKey> definitions = new ArrayList<>();
        private final List<WorkerId> workers = new ArrayList<>();

        Run(long seed) {
            lab = new Lab(seed);
            sets = new Sets(lab);
            random = lab.random;
            definitions.add(lab.definition("a", Lab.SMALL));
            definitions.add(lab.definition("b", Lab.SMALL));
            for (int i = 0; i < 4; i++) {
                workers.add(
                        lab.worker(32_768, 32_768, Map.of("ecs.availability-zone", "z" + i % 2)));
            }
            sets.service(8);
        }

        private <T> T any(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }

        private long anySet() {
            List<Deployment> all = lab.service().deployments();
            return all.isEmpty() ? 1 : any(all).number();
        }

        void step() {
            switch (random.nextInt(16)) {
                case 0 -> sets.tryCreate(any(definitions), random.nextInt(101), null);
                case 1 -> sets.scale(anySet(), random.nextInt(1_001) / 10.0);
                case 2 -> sets.lead(anySet());
                case 3 -> sets.delete(anySet(), random.nextBoolean());
                case 4 -> sets.desire(random.nextInt(12));
                case 5 -> moveMachine();
                case 6 -> stopSome();
                case 7 -> lab.pass(Duration.ofSeconds(random.nextInt(60)));
                case 8, 9, 10 -> obey(false);
                default -> plan();
            }
        }

        private void moveMachine() {
            lab.apply(
                    new Command.SetWorkerStatus(
                            List.of(any(workers)),
                            random.nextBoolean() ? Worker.Status.ACTIVE : Worker.Status.DRAINING));
        }

        private void stopSome() {
            lab.state()
                    .aliveOf(Lab.WEB)
                    .filter(_ -> random.nextInt(5) == 0)
                    .map(Task::id)
                    .toList()
                    .forEach(id -> lab.apply(new Command.StopTask(id, "UserInitiated", "enough")));
        }

        private void obey(boolean well) {
            lab.state()
                    .aliveOf(Lab.WEB)
                    .filter(task -> !task.wanted() || task.last() == Status.PENDING)
                    .filter(_ -> well || random.nextBoolean())
                    .toList()
                    .forEach(
                            task ->
                                    lab.observe(
                                            task.id(),
                                            task.wanted() && (well || random.nextInt(6) > 0)
                                                    ? Status.RUNNING
                                                    : Status.STOPPED,
                                            task.wanted() ? null : 143));
        }

        /** Whether there was anything to do. No plan makes more of a set than it should have. */
        private boolean plan() {
            ClusterState before = lab.state();
            Command.CommitPlan plan = Reconciler.next(before, lab.service(), lab.ids, random);
            if (plan == null) {
                return false;
            }
            lab.apply(plan);
            for (Deployment each : lab.service().deployments()) {
                Service lane = lab.service().lane(each);
                Census after = Census.of(lab.state(), lane);
                int had = Census.of(before, lane).sound().size();
                assertThat(after.sound().size()).isLessThanOrEqualTo(Math.max(had, each.desired()));
                assertThat(after.alive())
                        .isLessThanOrEqualTo(
                                Math.max(Census.of(before, lane).alive(), lane.maximum()));
            }
            return true;
        }

        void calmDown() {
            lab.apply(new Command.SetWorkerStatus(workers, Worker.Status.ACTIVE));
            lab.pass(Duration.ofMinutes(20));
            int quiet = 0;
            for (int i = 0; i < 300 && quiet < 6; i++) {
                boolean planned = plan();
                obey(true);
                lab.pass(Duration.ofSeconds(10));
                Audit.check(lab.state());
                quiet = planned ? 0 : quiet + 1;
            }
            assertThat(quiet).as("converged").isEqualTo(6);
        }
    }
}
