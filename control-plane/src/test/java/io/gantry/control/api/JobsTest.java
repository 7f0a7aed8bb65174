package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.job.JobPlanner;
import io.gantry.control.core.state.Job;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ClusterContainsTasksException;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskField;

/** RunTask with the tags by which tasks become jobs, as clients of ECS see it. */
class JobsTest {
    private static final String WAIT = "gantry:wait-for-capacity";

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void register() {
        office.definition("web");
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private RunTaskResponse run(int count, Tag... tags) {
        return ecs.runTask(r -> r.cluster("demo").taskDefinition("web").count(count).tags(tags));
    }

    private Task describe(String arn) {
        return ecs.describeTasks(r -> r.cluster("demo").tasks(arn).include(TaskField.TAGS))
                .tasks()
                .getFirst();
    }

    /** Does what the leader does for tasks that wait. */
    private void place() {
        for (int round = 0; round < 50; round++) {
            Set<TaskId> all = new TreeSet<>();
            office.log.state().jobs().waitingIn("demo").map(Job::id).forEach(all::add);
            Command next =
                    JobPlanner.next(office.log.state(), "demo", all, Set.of(), new Random(round))
                            .command();
            if (next == null) {
                return;
            }
            office.submit(next);
        }
    }

    private List<String> listed(String status) {
        return ecs.listTasks(r -> r.cluster("demo").desiredStatus(status)).taskArns();
    }

    @Test
    void whatHasNoRoomIsAcceptedAndShownAsProvisioning() {
        RunTaskResponse response = run(1, tag(WAIT, "10m"), tag("team", "blue"));
        assertThat(response.failures()).isEmpty();
        Task task = response.tasks().getFirst();
        assertThat(task.lastStatus()).isEqualTo("PROVISIONING");
        assertThat(task.desiredStatus()).isEqualTo("RUNNING");
        assertThat(task.containerInstanceArn()).isNull();
        assertThat(task.connectivity()).isNull();
        assertThat(task.createdAt()).isEqualTo(office.time.now());
        assertThat(task.group()).isEqualTo("family:web");
        assertThat(task.containers()).hasSize(1);
        assertThat(describe(task.taskArn())).isEqualTo(task);
        assertThat(listed("RUNNING")).containsExactly(task.taskArn());
        assertThat(ecs.listTagsForResource(r -> r.resourceArn(task.taskArn())).tags())
                .containsExactly(tag(WAIT, "10m"), tag("team", "blue"));
        assertThat(
                        ecs.describeClusters(r -> r.clusters("demo"))
                                .clusters()
                                .getFirst()
                                .pendingTasksCount())
                .isEqualTo(1);
        assertThatThrownBy(() -> ecs.deleteCluster(r -> r.cluster("demo")))
                .isInstanceOf(ClusterContainsTasksException.class);
        String worker = office.worker("demo");
        place();
        Task placed = describe(task.taskArn());
        assertThat(placed.lastStatus()).isEqualTo("PENDING");
        assertThat(placed.containerInstanceArn()).isEqualTo(worker);
        assertThat(listed("RUNNING")).containsExactly(task.taskArn());
    }

    @Test
    void whatHasRoomIsPlacedAtOnceAndOnlyTheRestWaits() {
        office.worker("demo");
        List<Task> tasks = run(10, tag(WAIT, "10m")).tasks();
        assertThat(tasks).hasSize(10);
        assertThat(tasks.stream().filter(task -> task.lastStatus().equals("PENDING"))).hasSize(8);
        assertThat(tasks.stream().filter(task -> task.lastStatus().equals("PROVISIONING")))
                .hasSize(2);
    }

    @Test
    void aTaskThatWaitsCanBeStoppedAndIsDescribedAfterwards() {
        String arn = run(1, tag(WAIT, "10m")).tasks().getFirst().taskArn();
        Task stopped = ecs.stopTask(r -> r.cluster("demo").task(arn).reason("enough")).task();
        assertThat(stopped.lastStatus()).isEqualTo("STOPPED");
        assertThat(stopped.stopCodeAsString()).isEqualTo("UserInitiated");
        assertThat(stopped.stoppedReason()).isEqualTo("enough");
        assertThat(stopped.startedAt()).isNull();
        assertThat(listed("RUNNING")).isEmpty();
        assertThat(listed("STOPPED")).containsExactly(arn);
    }

    @Test
    void tasksThatWaitAreListedByTheirFiltersAndInPages() {
        office.worker("demo");
        run(10, tag(WAIT, "10m"));
        ecs.runTask(
                r ->
                        r.cluster("demo")
                                .taskDefinition("web")
                                .startedBy("me")
                                .tags(tag(WAIT, "10m")));
        assertThat(ecs.listTasks(r -> r.cluster("demo").startedBy("me")).taskArns()).hasSize(1);
        assertThat(ecs.listTasks(r -> r.cluster("demo").family("other")).taskArns()).isEmpty();
        List<String> all =
                ecs.listTasksPaginator(r -> r.cluster("demo").maxResults(2)).taskArns().stream()
                        .toList();
        assertThat(all).hasSize(11).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void aRequestIsKnownByItsTokenWhetherItsTasksWaitOrNot() {
        RunTaskResponse first =
                ecs.runTask(
                        r ->
                                r.cluster("demo")
                                        .taskDefinition("web")
                                        .clientToken("t")
                                        .tags(tag(WAIT, "10m")));
        RunTaskResponse second =
                ecs.runTask(
                        r ->
                                r.cluster("demo")
                                        .taskDefinition("web")
                                        .clientToken("t")
                                        .tags(tag(WAIT, "10m")));
        assertThat(second.tasks()).isEqualTo(first.tasks());
        assertThat(listed("RUNNING")).hasSize(1);
        assertThatThrownBy(
                        () ->
                                ecs.runTask(
                                        r ->
                                                r.cluster("demo")
                                                        .taskDefinition("web")
                                                        .clientToken("t")
                                                        .tags(tag(WAIT, "11m"))))
                .isInstanceOf(ConflictException.class);
    }

    @Test
    void moreThan500TasksInProvisioningAreRefused() {
        for (int i = 0; i < 50; i++) {
            run(10, tag(WAIT, "10m"));
        }
        assertThatThrownBy(() -> run(1, tag(WAIT, "10m")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Tasks provisioning capacity limit exceeded.");
    }

    @Test
    void aTaskThatWaitsInVainFailsToStart() {
        String arn = run(1, tag(WAIT, "10m")).tasks().getFirst().taskArn();
        office.time.advance(Duration.ofMinutes(10));
        office.submit(new Command.Tick());
        Task task = describe(arn);
        assertThat(task.lastStatus()).isEqualTo("STOPPED");
        assertThat(task.stopCodeAsString()).isEqualTo("TaskFailedToStart");
        assertThat(task.stoppedReason())
                .isEqualTo(
                        "Unable to place the task within 10m (gantry:wait-for-capacity) because no"
                                + " container instance met all of its requirements. Reason: No"
                                + " Container Instances were found in your cluster.");
    }

    @Test
    void withoutLeaveToWaitWhatHasNoRoomFailsAsInEcs() {
        assertThatThrownBy(() -> run(1, tag("gantry:timeout", "1h")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("No Container Instances were found in your cluster.");
        office.worker("demo");
        RunTaskResponse response = run(10, tag("gantry:timeout", "1h"));
        assertThat(response.tasks()).hasSize(8);
        assertThat(response.failures().getFirst().reason()).isEqualTo("RESOURCE:MEMORY");
    }

    @Test
    void aQueueLetsSoManyRunAtOnce() {
        office.worker("demo");
        List<Task> tasks = run(3, tag("gantry:queue", "etl:2")).tasks();
        assertThat(tasks)
                .extracting(Task::lastStatus)
                .containsExactly("PENDING", "PENDING", "PROVISIONING");
        office.report(tasks.getFirst().taskArn(), "STOPPED");
        place();
        assertThat(describe(tasks.get(2).taskArn()).lastStatus()).isEqualTo("PENDING");
    }

    @Test
    void malformedTagsAreRefusedByName() {
        assertThatThrownBy(() -> run(1, tag(WAIT, "soon")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("The value 'soon' of the tag gantry:wait-for-capacity");
        assertThatThrownBy(() -> run(1, tag("gantry:attempt", "2")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("gantry:attempt is set by Gantry");
    }

    @Test
    void theTagsAreOnlyForRunTask() {
        String worker = office.worker("demo");
        assertThatThrownBy(
                        () ->
                                ecs.createService(
                                        r ->
                                                r.cluster("demo")
                                                        .serviceName("s")
                                                        .taskDefinition("web")
                                                        .desiredCount(1)
                                                        .tags(tag("gantry:retries", "1"))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("The tag gantry:retries is only for RunTask");
        assertThatThrownBy(
                        () ->
                                ecs.startTask(
                                        r ->
                                                r.cluster("demo")
                                                        .taskDefinition("web")
                                                        .containerInstances(worker)
                                                        .tags(tag("gantry:queue", "etl"))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("The tag gantry:queue is only for RunTask");
    }
}
