package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Eviction;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;

/** The tag {@code gantry:priority}: important tasks take the room of others. */
class PreemptionTest {
    private static final ServiceKey HIGH = new ServiceKey(Lab.CLUSTER, "high");
    private static final ServiceKey LOW = new ServiceKey(Lab.CLUSTER, "low");

    private Lab lab = new Lab(4);
    private Crews crews = new Crews(lab);

    private TaskDefinitionKey definition(String family, int cpu) {
        return lab.definition(family, new Footprint(new Resources(cpu, 1), List.of(), List.of()));
    }

    private void service(ServiceKey key, int desired, int cpu, int priority) {
        lab.createService(
                definition(key.name(), cpu),
                desired,
                spec -> {},
                key,
                Map.of("gantry:priority", Integer.toString(priority)));
    }

    private Service service(ServiceKey key) {
        return Check.present(lab.state().services().get(key), key);
    }

    @Test
    void aTaskThatDoesNotFitTakesTheRoomOfALessImportantOne() {
        lab.worker(1024, 1024, Map.of());
        service(LOW, 4, 256, 10);
        crews.converge();
        service(HIGH, 1, 512, 60);
        crews.reconcile(HIGH);
        List<Task> victims = lab.state().aliveOf(LOW).filter(task -> !task.wanted()).toList();
        assertThat(victims).hasSize(2);
        assertThat(victims.getFirst().stopCode()).isEqualTo("ServiceSchedulerInitiated");
        assertThat(victims.getFirst().stoppedReason())
                .isEqualTo("Task preempted by service:high of priority 60; its own is 10.");
        assertThat(crews.wanted(HIGH)).as("there is no room yet").isEmpty();
        assertThat(service(HIGH).events().getFirst().message())
                .startsWith("(service high) has preempted 2 running tasks: (task ");
        crews.converge();
        assertThat(crews.wanted(HIGH)).hasSize(1);
        assertThat(crews.wanted(LOW)).hasSize(2);
    }

    @Test
    void roomThatIsMadeIsKeptFromTheVictimsReplacements() {
        lab.worker(512, 1024, Map.of());
        service(LOW, 2, 256, 10);
        crews.converge();
        service(HIGH, 1, 512, 60);
        crews.reconcile(HIGH);
        crews.obey();
        crews.reconcile(LOW);
        assertThat(crews.wanted(LOW)).isEmpty();
        crews.reconcile(HIGH);
        assertThat(crews.wanted(HIGH)).hasSize(1);
    }

    @Test
    void roomIsNotKeptForEverIfNobodyComes() {
        lab.worker(512, 1024, Map.of());
        service(LOW, 2, 256, 10);
        crews.converge();
        service(HIGH, 1, 512, 60);
        crews.reconcile(HIGH);
        crews.obey();
        lab.apply(new Command.DeleteService(HIGH, true));
        crews.reconcile(LOW);
        assertThat(crews.wanted(LOW)).isEmpty();
        lab.pass(Duration.ofMinutes(2));
        crews.reconcile(LOW);
        assertThat(crews.wanted(LOW)).hasSize(2);
    }

    @Test
    void victimsAreReplacedElsewhereIfThereIsRoom() {
        WorkerId big = lab.worker(1024, 1024, Map.of());
        service(LOW, 2, 512, 10);
        crews.converge();
        lab.worker(512, 1024, Map.of());
        lab.worker(512, 1024, Map.of());
        service(HIGH, 1, 1024, 60);
        crews.converge();
        assertThat(crews.wanted(HIGH)).extracting(Task::worker).containsExactly(big);
        assertThat(crews.wanted(LOW)).hasSize(2).noneMatch(task -> task.worker().equals(big));
    }

    @Test
    void whatAServiceStopsItselfNobodyElseHasToMakeRoomFor() {
        lab.worker(1024, 1024, Map.of());
        service(LOW, 2, 256, 10);
        lab.createService(
                definition("web", 256),
                2,
                spec ->
                        spec.deploymentConfiguration(
                                c -> c.minimumHealthyPercent(0).maximumPercent(100)),
                Lab.WEB);
        crews.converge();
        lab.updateService(definition("web", 256), 2, true);
        for (int i = 0; i < 4; i++) {
            crews.reconcile();
        }
        assertThat(crews.wanted(Lab.WEB)).isEmpty();
        assertThat(crews.wanted(LOW)).hasSize(2);
        crews.converge();
        assertThat(crews.wanted(Lab.WEB)).hasSize(2);
        assertThat(crews.wanted(LOW)).hasSize(2);
    }

    @Test
    void equalImportanceNeverDisplacesAnybody() {
        lab.worker(512, 1024, Map.of());
        service(LOW, 2, 256, 60);
        crews.converge();
        service(HIGH, 1, 512, 60);
        crews.converge();
        assertThat(crews.wanted(LOW)).hasSize(2);
        assertThat(crews.wanted(HIGH)).isEmpty();
        assertThat(service(HIGH).events().getFirst().message())
                .contains("was unable to place a task");
    }

    @Test
    void protectedTasksAndDaemonsStay() {
        lab.worker(768, 1024, Map.of());
        lab.createService(
                definition("daemon", 256),
                0,
                spec -> spec.schedulingStrategy(SchedulingStrategy.DAEMON),
                new ServiceKey(Lab.CLUSTER, "daemon"),
                Map.of("gantry:priority", "0"));
        service(LOW, 2, 256, 10);
        crews.converge();
        TaskId busy = crews.wanted(LOW).getFirst().id();
        lab.apply(new Command.ProtectTasks(List.of(busy), Duration.ofHours(9).toMillis()));
        service(HIGH, 2, 256, 60);
        crews.converge();
        assertThat(crews.wanted(HIGH)).hasSize(1);
        assertThat(crews.wanted(LOW)).extracting(Task::id).containsExactly(busy);
        assertThat(crews.wanted(new ServiceKey(Lab.CLUSTER, "daemon"))).hasSize(1);
    }

    @Test
    void ofSeveralMachinesTheOneIsTakenWhereTheLeastIsLost() {
        WorkerId one = lab.worker(512, 1024, Map.of("n", "1"));
        WorkerId two = lab.worker(512, 1024, Map.of("n", "2"));
        TaskDefinitionKey small = definition("small", 256);
        for (WorkerId worker : List.of(one, one, two, two)) {
            lab.started(lab.apply(tagged(small, worker, worker.equals(one) ? 20 : 10)));
        }
        crews.obey();
        service(HIGH, 1, 512, 60);
        crews.converge();
        assertThat(crews.wanted(HIGH)).extracting(Task::worker).containsExactly(two);
    }

    private Command.RunTasks tagged(TaskDefinitionKey definition, WorkerId worker, int priority) {
        Command.RunTasks run = lab.run(definition, worker, null);
        Launch plain = run.launch();
        var launch =
                new Launch(
                        plain.group(),
                        null,
                        "EC2",
                        null,
                        false,
                        Lab.tags(Map.of("gantry:priority", Integer.toString(priority))),
                        false,
                        plain.footprint());
        return new Command.RunTasks(
                run.cluster(), definition, null, "", false, launch, run.starts());
    }

    @Test
    void whatIsProposedWithoutReasonIsNotDone() {
        WorkerId worker = lab.worker(1024, 1024, Map.of());
        TaskDefinitionKey small = definition("small", 256);
        TaskId equal = lab.started(lab.apply(tagged(small, worker, 60)));
        TaskId lower = lab.started(lab.apply(tagged(small, worker, 10)));
        Launch launch = tagged(definition("huge", 2048), worker, 60).launch();
        for (Eviction forged :
                List.of(
                        new Eviction(worker, List.of(equal)),
                        new Eviction(worker, List.of(lower)),
                        new Eviction(worker, List.of(lab.ids.task())),
                        new Eviction(lab.ids.worker(), List.of(lower)))) {
            lab.apply(new Command.MakeRoom(Lab.CLUSTER, launch, 1, List.of(forged)));
        }
        assertThat(lab.task(equal).wanted()).isTrue();
        assertThat(lab.task(lower).wanted()).as("would not suffice").isTrue();
        assertThat(lab.machine(worker).claims()).isEmpty();
    }

    @Test
    void roomIsMadeOnceHoweverOftenItIsAskedFor() {
        WorkerId worker = lab.worker(1024, 1024, Map.of());
        TaskDefinitionKey small = definition("small", 512);
        TaskId first = lab.started(lab.apply(tagged(small, worker, 10)));
        TaskId second = lab.started(lab.apply(tagged(small, worker, 10)));
        Launch launch = tagged(definition("other", 512), worker, 60).launch();
        for (TaskId victim : List.of(first, second)) {
            lab.apply(
                    new Command.MakeRoom(
                            Lab.CLUSTER,
                            launch,
                            1,
                            List.of(new Eviction(worker, List.of(victim)))));
        }
        assertThat(lab.task(first).wanted()).isFalse();
        assertThat(lab.task(second).wanted()).isTrue();
    }

    /** However many services of whatever importance there are, all comes to rest, and well. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void importantServicesHaveWhatTheyNeedAndNothingMovesForEver(long seed) {
        lab = new Lab(seed);
        crews = new Crews(lab);
        for (int i = 0; i < 4; i++) {
            lab.worker(1024, 1024, Map.of());
        }
        var keys = new ArrayList<ServiceKey>();
        var seen = new HashMap<TaskId, Task>();
        for (int i = 0; i < 6; i++) {
            var key = new ServiceKey(Lab.CLUSTER, "s" + i);
            keys.add(key);
            service(
                    key,
                    1 + lab.random.nextInt(6),
                    128 * (1 + lab.random.nextInt(4)),
                    lab.random.nextInt(5) * 20);
            for (int step = lab.random.nextInt(30); step > 0; step--) {
                crews.reconcile();
                remember(seen);
                if (lab.random.nextBoolean()) {
                    crews.obey();
                }
                lab.pass(Duration.ofSeconds(lab.random.nextInt(20)));
                Audit.check(lab.state());
            }
        }
        crews.converge();
        remember(seen);
        seen.values().stream()
                .filter(task -> String.valueOf(task.stoppedReason()).startsWith("Task preempted"))
                .forEach(
                        task ->
                                assertThat(priority(task))
                                        .as("only for a more important one")
                                        .isLessThan(80));
        for (ServiceKey key : keys) {
            Service service = service(key);
            if (Priority.of(lab.state(), service) == 80 && fewImportant(keys)) {
                assertThat(crews.wanted(key)).hasSize(service.desiredCount());
            }
        }
    }

    /** Whether what is most important fits whatever is packed how. */
    private boolean fewImportant(List<ServiceKey> keys) {
        int cpu =
                keys.stream()
                        .map(this::service)
                        .filter(service -> Priority.of(lab.state(), service) == 80)
                        .mapToInt(service -> 512 * service.desiredCount())
                        .sum();
        return cpu <= 2048;
    }

    private int priority(Task task) {
        return Priority.of(lab.state(), task);
    }

    private void remember(Map<TaskId, Task> seen) {
        lab.state().tasks().forEach(seen::put);
    }

    @Test
    void tasksOfNobodyAreAsImportantAsTheirTagOrTheirClusterSays() {
        WorkerId worker = lab.worker(1024, 1024, Map.of());
        TaskDefinitionKey small = definition("small", 256);
        TaskId tagged = lab.started(lab.apply(tagged(small, worker, 7)));
        TaskId plain = lab.started(lab.apply(lab.run(small, worker, null)));
        assertThat(Priority.of(lab.state(), lab.task(tagged))).isEqualTo(7);
        assertThat(Priority.of(lab.state(), lab.task(plain))).isEqualTo(Priority.USUAL);
        lab.observe(tagged, Status.STOPPED, 0);
    }
}
