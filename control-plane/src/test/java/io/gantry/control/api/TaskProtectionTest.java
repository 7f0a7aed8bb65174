package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.ProtectedTask;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionResponse;

class TaskProtectionTest {
    private static final ServiceKey WEB = new ServiceKey("demo", "web");

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void serve() {
        office.definition("web");
        office.worker("demo");
        ecs.createService(
                r -> r.cluster("demo").serviceName("web").taskDefinition("web").desiredCount(2));
        settle();
    }

    private void settle() {
        office.reconcile(WEB);
        tasks().forEach(task -> office.report(task, "RUNNING"));
        office.time.advance(Duration.ofSeconds(41));
        office.submit(new Command.Tick());
        office.reconcile(WEB);
    }

    private List<String> tasks() {
        return ecs.listTasks(r -> r.cluster("demo").serviceName("web")).taskArns();
    }

    private UpdateTaskProtectionResponse update(
            Consumer<UpdateTaskProtectionRequest.Builder> change) {
        var request = UpdateTaskProtectionRequest.builder().cluster("demo").protectionEnabled(true);
        change.accept(request);
        return ecs.updateTaskProtection(request.build());
    }

    private ProtectedTask read(String task) {
        return ecs.getTaskProtection(r -> r.cluster("demo").tasks(task))
                .protectedTasks()
                .getFirst();
    }

    private static ProtectedTask unprotected(String task) {
        return ProtectedTask.builder().taskArn(task).protectionEnabled(false).build();
    }

    private void refused(
            Class<? extends EcsException> type,
            String part,
            Consumer<UpdateTaskProtectionRequest.Builder> change) {
        assertThatThrownBy(() -> update(change)).isInstanceOf(type).hasMessageContaining(part);
    }

    @Test
    void protectionLastsTwoHoursUnlessToldOtherwise() {
        String task = tasks().getFirst();
        assertThat(read(task)).isEqualTo(unprotected(task));
        ProtectedTask shown = update(r -> r.tasks(task)).protectedTasks().getFirst();
        assertThat(shown.taskArn()).isEqualTo(task);
        assertThat(shown.protectionEnabled()).isTrue();
        assertThat(shown.expirationDate()).isEqualTo(office.time.now().plus(Duration.ofHours(2)));
        assertThat(read(task)).isEqualTo(shown);
        office.time.advance(Duration.ofMinutes(100));
        assertThat(
                        update(r -> r.tasks(task).expiresInMinutes(30))
                                .protectedTasks()
                                .getFirst()
                                .expirationDate())
                .isEqualTo(office.time.now().plus(Duration.ofMinutes(30)));
        office.time.advance(Duration.ofMinutes(30));
        office.submit(new Command.Tick());
        assertThat(read(task)).isEqualTo(unprotected(task));
    }

    @Test
    void protectionCanBeEndedAndIdsServeAsWellAsArns() {
        String task = tasks().getFirst();
        String id = task.substring(task.lastIndexOf('/') + 1);
        update(r -> r.tasks(id).expiresInMinutes(2_880));
        assertThat(read(id).protectionEnabled()).isTrue();
        assertThat(update(r -> r.tasks(id).protectionEnabled(false)).protectedTasks())
                .containsExactly(unprotected(task));
        assertThat(read(id)).isEqualTo(unprotected(task));
    }

    @Test
    void theSchedulerStopsAnotherTaskAndDescriptionsShowNoDifference() {
        List<String> before = tasks();
        var shown = ecs.describeTasks(r -> r.cluster("demo").tasks(before.get(1))).tasks();
        update(r -> r.tasks(before.get(1)));
        assertThat(ecs.describeTasks(r -> r.cluster("demo").tasks(before.get(1))).tasks())
                .isEqualTo(shown);
        ecs.updateService(r -> r.cluster("demo").service("web").desiredCount(1));
        settle();
        assertThat(tasks()).containsExactly(before.get(1));
    }

    @Test
    void tasksThatCannotBeProtectedAreFailures() {
        String single =
                ecs.runTask(r -> r.cluster("demo").taskDefinition("web"))
                        .tasks()
                        .getFirst()
                        .taskArn();
        String unknown = Office.ARN + "task/demo/0123456789abcdef0123456789abcdef";
        String stopping = tasks().getFirst();
        ecs.stopTask(r -> r.cluster("demo").task(stopping));
        String good = tasks().getFirst();
        var response = update(r -> r.tasks(single, unknown, stopping, good));
        assertThat(response.protectedTasks()).extracting(ProtectedTask::taskArn).containsOnly(good);
        assertThat(response.failures())
                .extracting(Failure::arn)
                .containsExactly(single, unknown, stopping);
        assertThat(response.failures())
                .extracting(Failure::reason)
                .containsExactly("TASK_NOT_VALID", "MISSING", "TASK_NOT_VALID");
        var known = ecs.getTaskProtection(r -> r.cluster("demo").tasks(single, unknown, stopping));
        assertThat(known.protectedTasks()).containsExactly(unprotected(stopping));
        assertThat(known.failures())
                .extracting(Failure::reason)
                .containsExactly("TASK_NOT_VALID", "MISSING");
    }

    @Test
    void aServiceWithTooManyProtectedTasksTakesNoMore() {
        List<String> tasks = tasks();
        update(r -> r.tasks(tasks.get(0)));
        ecs.updateService(r -> r.cluster("demo").service("web").desiredCount(1));
        var response = update(r -> r.tasks(tasks.get(1)));
        assertThat(response.protectedTasks()).isEmpty();
        Failure failure = response.failures().getFirst();
        assertThat(failure.arn()).isEqualTo(tasks.get(1));
        assertThat(failure.reason()).isEqualTo("DEPLOYMENT_BLOCKED");
        assertThat(failure.detail()).contains("desired count");
        assertThat(read(tasks.get(1)).protectionEnabled()).isFalse();
    }

    @Test
    void mistakesAreExplained() {
        String task = tasks().getFirst();
        for (int minutes : new int[] {-1, 0, 2_881}) {
            refused(
                    InvalidParameterException.class,
                    "between 1 and 2880",
                    r -> r.tasks(task).expiresInMinutes(minutes));
        }
        refused(InvalidParameterException.class, "Tasks cannot be empty.", r -> r.tasks(List.of()));
        refused(
                InvalidParameterException.class,
                "more than 10",
                r -> r.tasks(Collections.nCopies(11, task)));
        refused(InvalidParameterException.class, "cluster", r -> r.cluster(null).tasks(task));
        refused(
                InvalidParameterException.class,
                "protectionEnabled",
                r -> r.protectionEnabled(null).tasks(task));
        refused(InvalidParameterException.class, "length", r -> r.tasks("junk"));
        refused(ClusterNotFoundException.class, "Cluster", r -> r.cluster("x").tasks(task));
        assertThatThrownBy(() -> ecs.getTaskProtection(r -> r.cluster("demo")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Tasks cannot be empty.");
        assertThatThrownBy(
                        () ->
                                ecs.getTaskProtection(
                                        r ->
                                                r.cluster("demo")
                                                        .tasks(Collections.nCopies(101, task))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("more than 100");
    }
}
