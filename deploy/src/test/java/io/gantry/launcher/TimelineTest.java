package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ServiceEvent;
import software.amazon.awssdk.services.ecs.model.Task;

final class TimelineTest {
    private static final Instant BEGIN = Instant.parse("2026-01-31T12:00:00Z");
    private static final Task STOPPED =
            Task.builder()
                    .taskArn("arn:aws:ecs:us-east-1:1:task/demo/00aa11")
                    .taskDefinitionArn("arn:aws:ecs:us-east-1:1:task-definition/web:3")
                    .group("service:web")
                    .startedBy("ecs-svc/7")
                    .lastStatus("STOPPED")
                    .desiredStatus("STOPPED")
                    .createdAt(BEGIN)
                    .pullStartedAt(BEGIN.plusMillis(300))
                    .pullStoppedAt(BEGIN.plusSeconds(12))
                    .startedAt(BEGIN.plusSeconds(13))
                    .stoppingAt(BEGIN.plusSeconds(200))
                    .executionStoppedAt(BEGIN.plusSeconds(201))
                    .stoppedAt(BEGIN.plusSeconds(202))
                    .stopCode("EssentialContainerExited")
                    .stoppedReason("Essential container in task exited")
                    .containers(
                            Container.builder()
                                    .name("web")
                                    .lastStatus("STOPPED")
                                    .exitCode(3)
                                    .build(),
                            Container.builder().name("log").lastStatus("STOPPED").build())
                    .build();

    @Test
    void theLifeOfATaskIsToldInOrderWithItsReasons() {
        ServiceEvent mentions =
                ServiceEvent.builder()
                        .createdAt(BEGIN.plusMillis(100))
                        .message("(service web) has started 1 tasks: (task 00aa11).")
                        .build();
        ServiceEvent other =
                ServiceEvent.builder().createdAt(BEGIN).message("(task 00bb22)").build();
        String table =
                Timeline.of(STOPPED, List.of(mentions, other)).table(ZoneOffset.UTC).toString();
        assertThat(table.lines())
                .containsExactly(
                        "TIME                     AFTER       WHAT",
                        "2026-01-31 12:00:00.000              created, for service:web, by ecs-svc/7",
                        "2026-01-31 12:00:00.100  +0.1 s      service: (service web) has started 1 tasks: (task 00aa11).",
                        "2026-01-31 12:00:00.300  +0.2 s      pull of images started",
                        "2026-01-31 12:00:12.000  +11 s       pull of images stopped",
                        "2026-01-31 12:00:13.000  +1.0 s      started",
                        "2026-01-31 12:03:20.000  +3 min 7 s  stopping - EssentialContainerExited: Essential container in task exited",
                        "2026-01-31 12:03:21.000  +1.0 s      execution stopped - web exited with 3",
                        "2026-01-31 12:03:22.000  +1.0 s      stopped");
    }

    @Test
    void aTaskThatWasNeverToStopSaysTheReasonInTheEnd() {
        Task lost = STOPPED.toBuilder().stoppingAt(null).executionStoppedAt(null).build();
        assertThat(Timeline.of(lost, List.of()).steps().getLast().what())
                .isEqualTo(
                        "stopped - EssentialContainerExited: Essential container in task exited");
    }

    @Test
    void tasksAreListedWithTheirWorkersAndReasons() {
        Task there = STOPPED.toBuilder().containerInstanceArn("x/abc").build();
        String table =
                TaskTables.tasks(List.of(there), Map.of("x/abc", "w1"), BEGIN.plusSeconds(262))
                        .toString();
        assertThat(table.lines().toList().getLast())
                .matches(
                        "00aa11 +web:3 +service:web +STOPPED +STOPPED +- +w1 +1 min 0 s +Essential"
                                + " container in task exited");
        assertThat(TaskTables.containers(there).toString()).containsPattern("web +STOPPED +- +3 ");
    }

    @Test
    void onlyTasksOfServicesAreWaitedFor() {
        Task single = STOPPED.toBuilder().group("family:web").build();
        assertThat(DrainCommand.ofServices(List.of(single, STOPPED, single))).isEqualTo(1);
    }
}
