package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Staging.HookStatus;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookStage;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;

/** However a service is deployed, and whatever happens meanwhile, the rules hold and it ends. */
class DeploymentPropertyTest {
    private static final int STEPS = 250;
    private static final int MOST_PLANS = 30;

    /** So many tasks that each of the percentages here makes a difference. */
    private static final int ENOUGH = 2;

    private Lab lab = new Lab(0);
    private final Set<TaskDefinitionKey> broken = new HashSet<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void deploymentsKeepTheRulesAndComeToAnEnd(long seed) {
        lab = new Lab(seed);
        for (int i = 0; i < 3; i++) {
            lab.worker(8192, 8192, Map.of());
        }
        lab.createService(
                lab.definition("web", Lab.SMALL),
                3,
                spec -> spec.deploymentConfiguration(configuration()),
                Lab.WEB);
        for (int step = 0; step < STEPS; step++) {
            happen();
            planUntilQuiet();
            Audit.check(lab.state());
        }
        broken.clear();
        leaveRoom();
        settle();
        assertEnded();
        update(false);
        settle();
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(lab.service().steady()).isTrue();
        assertThat(lab.service().primary().running()).isEqualTo(lab.service().desiredCount());
    }

    /** With few tasks the percentages may leave no way on, as they do in ECS. */
    private void leaveRoom() {
        if (lab.service().desiredCount() < ENOUGH) {
            lab.updateService(lab.service().primary().taskDefinition(), ENOUGH, false);
        }
    }

    private void assertEnded() {
        Service service = lab.service();
        assertThat(service.ongoing())
                .as("%s %s", service, lab.state().releases().deployments().values().toList())
                .isNull();
        if (service.primary().rollout() == Rollout.COMPLETED) {
            assertThat(service.deployments()).hasSize(1);
            assertThat(service.primary().running()).isEqualTo(service.desiredCount());
            assertThat(service.course().completed()).isEqualTo(service.primary().number());
        } else {
            assertThat(service.primary().stalled()).isTrue();
        }
    }

    private DeploymentConfiguration configuration() {
        var builder =
                DeploymentConfiguration.builder()
                        .minimumHealthyPercent(any(List.of(0, 50, 100)))
                        .maximumPercent(any(List.of(150, 200)));
        DeploymentStrategy strategy =
                any(
                        List.of(
                                DeploymentStrategy.ROLLING,
                                DeploymentStrategy.ROLLING,
                                DeploymentStrategy.BLUE_GREEN,
                                DeploymentStrategy.LINEAR,
                                DeploymentStrategy.CANARY));
        builder.strategy(strategy);
        if (strategy == DeploymentStrategy.ROLLING) {
            return builder.deploymentCircuitBreaker(
                            b ->
                                    b.enable(lab.random.nextBoolean())
                                            .rollback(lab.random.nextBoolean()))
                    .build();
        }
        return builder.bakeTimeInMinutes(lab.random.nextInt(3))
                .linearConfiguration(l -> l.stepPercent(35.0).stepBakeTimeInMinutes(1))
                .canaryConfiguration(c -> c.canaryPercent(10.0).canaryBakeTimeInMinutes(1))
                .lifecycleHooks(hook(), hook())
                .build();
    }

    private DeploymentLifecycleHook hook() {
        boolean pause = lab.random.nextInt(3) == 0;
        return DeploymentLifecycleHook.builder()
                .targetType(pause ? "PAUSE" : "AWS_LAMBDA")
                .hookTargetArn(pause ? null : "http://hook")
                .lifecycleStages(
                        any(
                                List.of(
                                        DeploymentLifecycleHookStage.PRE_SCALE_UP,
                                        DeploymentLifecycleHookStage.POST_SCALE_UP,
                                        DeploymentLifecycleHookStage.POST_TEST_TRAFFIC_SHIFT,
                                        DeploymentLifecycleHookStage.PRE_PRODUCTION_TRAFFIC_SHIFT)))
                .timeoutConfiguration(t -> t.timeoutInMinutes(20))
                .build();
    }

    private void happen() {
        switch (lab.random.nextInt(14)) {
            case 0 -> update(lab.random.nextInt(3) == 0);
            case 1 ->
                    lab.updateService(
                            lab.service().primary().taskDefinition(), lab.random.nextInt(6), false);
            case 2 -> stop();
            case 3, 4 -> answer(any(List.of(HookStatus.values())));
            case 5 -> lab.apply(new Command.StopTask(anyTask(), "UserInitiated", "enough"));
            case 6, 7, 8 -> lab.pass(Duration.ofSeconds(lab.random.nextInt(120)));
            default -> obey();
        }
    }

    private void update(boolean bad) {
        Service known = lab.service();
        TaskDefinitionKey next = lab.definition("web", Lab.SMALL);
        if (bad) {
            broken.add(next);
        }
        lab.apply(
                new Command.UpdateService(
                        Lab.WEB,
                        known.version(),
                        known.spec().toBuilder()
                                .taskDefinition(next.toString())
                                .deploymentConfiguration(configuration())
                                .build(),
                        known.desiredCount(),
                        next,
                        lab.ids.deployment()));
    }

    private void stop() {
        ServiceDeployment.Key ongoing = lab.service().ongoing();
        if (ongoing != null && lab.random.nextInt(3) == 0) {
            lab.apply(new Command.StopServiceDeployment(ongoing, lab.random.nextBoolean()));
        }
    }

    private @Nullable Staging staging() {
        ServiceDeployment.Key key = lab.service().ongoing();
        return key == null
                ? null
                : Check.present(lab.state().releases().deployments().get(key), key).staging();
    }

    private void answer(HookStatus status) {
        Staging staging = staging();
        ServiceDeployment.Key key = lab.service().ongoing();
        if (staging == null || key == null) {
            return;
        }
        for (Staging.Hook hook : staging.hooks()) {
            lab.apply(
                    hook.pause()
                            ? new Command.ContinueServiceDeployment(
                                    key, hook.id(), status == HookStatus.FAILED)
                            : new Command.ReportHook(key, hook.id(), status, 1_000, null));
        }
    }

    private TaskId anyTask() {
        List<Task> tasks = lab.state().aliveOf(Lab.WEB).toList();
        return tasks.isEmpty() ? lab.ids.task() : any(tasks).id();
    }

    private void obey() {
        lab.state()
                .aliveOf(Lab.WEB)
                .filter(_ -> lab.random.nextBoolean())
                .toList()
                .forEach(this::obey);
    }

    private void obey(Task task) {
        if (!task.wanted() || task.last() == Status.PENDING) {
            boolean runs = task.wanted() && !broken.contains(task.taskDefinition());
            lab.observe(task.id(), runs ? Status.RUNNING : Status.STOPPED, null);
        }
    }

    private void planUntilQuiet() {
        for (int plans = 0; plans < MOST_PLANS; plans++) {
            Service service = lab.service();
            CommitPlan plan = Reconciler.next(lab.state(), service, lab.ids, lab.random);
            if (plan == null) {
                return;
            }
            Service lane = Check.present(Lanes.find(service, plan.lane()), plan);
            Census before = Census.of(lab.state(), lane);
            lab.apply(plan);
            check(before);
        }
        throw new AssertionError("plans without end: " + lab.service().events().getFirst());
    }

    private void check(Census before) {
        Service lane = before.service();
        Census after = Census.of(lab.state(), lane);
        assertThat(after.alive()).isLessThanOrEqualTo(Math.max(before.alive(), lane.maximum()));
        int least = Math.min(lane.minimumHealthy(), lane.desiredCount());
        assertThat(after.healthy()).isGreaterThanOrEqualTo(Math.min(before.healthy(), least));
        if (lane.primary().stalled()) {
            assertThat(after.alive())
                    .as("a failed one starts nothing")
                    .isLessThanOrEqualTo(before.alive());
        }
    }

    private void settle() {
        for (int i = 0; i < 400; i++) {
            planUntilQuiet();
            lab.state().aliveOf(Lab.WEB).toList().forEach(this::obey);
            answer(HookStatus.SUCCEEDED);
            lab.pass(Duration.ofSeconds(30));
            Audit.check(lab.state());
        }
    }

    private <T> T any(List<T> all) {
        return all.get(lab.random.nextInt(all.size()));
    }
}
