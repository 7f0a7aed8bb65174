package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.HealthCheck;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * A leader that plans for the daemons and services of a lab, and agents that do as they are told.
 */
final class DaemonCrew {
    static final String POOL = "pool";
    static final ServiceKey AGENT = ServiceKey.ofDaemon(Lab.CLUSTER, "agent");

    final Lab lab;
    private final Set<TaskDefinitionKey> broken = new HashSet<>();
    private int mostDraining;

    DaemonCrew(Lab lab) {
        this.lab = lab;
        lab.apply(
                new Command.CreateCapacityProvider(CapacityProvider.builder().name(POOL).build()));
        lab.apply(
                new Command.CreateCapacityProvider(
                        CapacityProvider.builder().name("other").build()));
        lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of(POOL, "other"), List.of()));
    }

    WorkerId worker() {
        return worker(POOL);
    }

    WorkerId worker(String provider) {
        return lab.worker(1024, 1024, Map.of(Capacity.PROVIDER_ATTRIBUTE, provider));
    }

    TaskDefinitionKey definition() {
        return definition(Lab.SMALL, null);
    }

    TaskDefinitionKey definition(Footprint footprint, @Nullable HealthCheck check) {
        var container =
                ContainerDefinition.builder()
                        .name("main")
                        .image("agent:1")
                        .essential(true)
                        .healthCheck(check)
                        .build();
        Reply reply =
                lab.apply(
                        new Command.RegisterDaemonTaskDefinition(
                                DaemonTaskDefinition.builder().family("agent").build(),
                                TaskDefinition.builder()
                                        .family("agent")
                                        .containerDefinitions(container)
                                        .build(),
                                List.of(),
                                footprint));
        return ((Reply.Registered) reply).key();
    }

    static Command.DaemonSpec spec(
            TaskDefinitionKey definition,
            Consumer<DaemonDeploymentConfiguration.Builder> configuration) {
        var built = DaemonDeploymentConfiguration.builder().drainPercent(25.0);
        configuration.accept(built);
        return new Command.DaemonSpec(definition, List.of(POOL), true, true, false, built.build());
    }

    Reply create(TaskDefinitionKey definition) {
        return create(spec(definition, _ -> {}));
    }

    Reply create(Command.DaemonSpec spec) {
        Tag tag = Tag.builder().key("team").value("a").build();
        return lab.apply(
                new Command.CreateDaemon(
                        AGENT, spec, List.of(tag), lab.ids.deployment(), null, ""));
    }

    Reply update(TaskDefinitionKey definition) {
        return update(spec(definition, _ -> {}));
    }

    Reply update(Command.DaemonSpec spec) {
        return lab.apply(new Command.UpdateDaemon(AGENT, spec, lab.ids.deployment()));
    }

    Reply delete() {
        return lab.apply(new Command.DeleteDaemon(AGENT, lab.ids.deployment()));
    }

    void breaks(TaskDefinitionKey definition) {
        broken.add(definition);
    }

    void mends(TaskDefinitionKey definition) {
        broken.remove(definition);
    }

    void set(WorkerId worker, Worker.Status status) {
        lab.apply(new Command.SetWorkerStatus(List.of(worker), status));
    }

    /** Plans, obedience and time, until nothing changes any more. */
    void converge() {
        int quiet = 0;
        for (int i = 0; i < 400 && quiet < 7; i++) {
            quiet = round(Duration.ofSeconds(5)) ? 0 : quiet + 1;
        }
        assertThat(quiet).as("converged").isEqualTo(7);
    }

    /** Whether anything happened. */
    boolean round(Duration pause) {
        boolean planned = plan();
        boolean observed = obey();
        lab.pass(pause);
        Audit.check(lab.state());
        mostDraining = Math.max(mostDraining, draining().size());
        return planned || observed;
    }

    /** Everything that the leader proposes, until it proposes nothing. */
    boolean plan() {
        boolean any = false;
        for (int i = 0; i < 50; i++) {
            boolean now = false;
            for (ManagedDaemon daemon : lab.state().managed().daemons().values().toList()) {
                var step = ManagedPlan.next(lab.state(), daemon, lab.ids);
                if (step != null) {
                    lab.apply(step);
                    now = true;
                }
            }
            for (Service service : lab.state().services().values().toList()) {
                var plan = Reconciler.next(lab.state(), service, lab.ids, lab.random);
                if (plan != null && i < 3) {
                    lab.apply(plan);
                    now = true;
                }
            }
            if (!now) {
                return any;
            }
            any = true;
            mostDraining = Math.max(mostDraining, draining().size());
        }
        throw new AssertionError("there is no end to the plans");
    }

    private boolean obey() {
        List<Task> news =
                lab.state()
                        .tasks()
                        .values()
                        .filter(Task::alive)
                        .filter(task -> !task.wanted() || task.last() == Status.PENDING)
                        .filter(task -> lab.machine(task.worker()).connected())
                        .toList();
        for (Task task : news) {
            boolean runs = task.wanted() && !broken.contains(task.taskDefinition());
            lab.observe(
                    task.id(),
                    runs ? Status.RUNNING : Status.STOPPED,
                    task.wanted() ? null : (Integer) 143);
        }
        return !news.isEmpty();
    }

    ManagedDaemon daemon() {
        return Check.present(lab.state().managed().daemons().get(AGENT), AGENT);
    }

    ManagedRevision revision() {
        return Check.present(lab.state().managed().revision(AGENT, daemon().target()), daemon());
    }

    ManagedDeployment deployment() {
        return deployment(daemon().latest());
    }

    ManagedDeployment deployment(String id) {
        var key = new ManagedDeployment.Key(AGENT, id);
        return Check.present(lab.state().managed().deployments().get(key), key);
    }

    List<Task> tasks() {
        return lab.state().aliveOf(AGENT).filter(Task::wanted).toList();
    }

    List<WorkerId> places() {
        return tasks().stream().map(Task::worker).sorted().toList();
    }

    Task on(WorkerId worker) {
        return tasks().stream()
                .filter(task -> task.worker().equals(worker))
                .findFirst()
                .orElseThrow();
    }

    /** Tries to start another task on a machine. */
    @Nullable TaskId other(WorkerId worker) {
        TaskDefinitionKey job = lab.definition("job", Lab.SMALL);
        Reply reply = lab.apply(lab.run(job, worker, null));
        List<TaskId> started = ((Reply.Started) reply).started();
        return started.isEmpty() ? null : started.getFirst();
    }

    List<WorkerId> draining() {
        return lab.state()
                .workers()
                .values()
                .filter(worker -> worker.status() == Worker.Status.DRAINING)
                .map(Worker::id)
                .toList();
    }

    /** How many machines have been draining at the same time. */
    int mostDraining() {
        return mostDraining;
    }
}
