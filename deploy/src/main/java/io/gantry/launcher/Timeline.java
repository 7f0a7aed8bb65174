package io.gantry.launcher;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ServiceEvent;
import software.amazon.awssdk.services.ecs.model.Task;

/** What happened to a task, in order, with the reasons. */
record Timeline(List<Step> steps) {

    /** Something that happened. */
    record Step(Instant at, String what) {}

    Timeline {
        steps = List.copyOf(steps);
    }

    /**
     * The points of a task's life.
     *
     * @param events of its service; those that do not mention the task are left out
     */
    static Timeline of(Task task, List<ServiceEvent> events) {
        var steps = new ArrayList<Step>();
        add(steps, task.createdAt(), "created, for " + who(task));
        add(steps, task.pullStartedAt(), "pull of images started");
        add(steps, task.pullStoppedAt(), "pull of images stopped");
        add(steps, task.startedAt(), "started");
        add(steps, task.stoppingAt(), "stopping" + reason(task));
        add(steps, task.executionStoppedAt(), "execution stopped" + exits(task));
        boolean told = task.stoppingAt() != null;
        add(steps, task.stoppedAt(), "stopped" + (told ? "" : reason(task)));
        String id = StatusReport.shortName(task.taskArn());
        for (ServiceEvent event : events) {
            if (event.message() != null && event.message().contains(id)) {
                add(steps, event.createdAt(), "service: " + event.message());
            }
        }
        // Those of the same moment stay in the order of a task's life.
        steps.sort(Comparator.comparing(Step::at));
        return new Timeline(steps);
    }

    private static void add(List<Step> steps, @Nullable Instant at, String what) {
        if (at != null) {
            steps.add(new Step(at, what));
        }
    }

    private static String who(Task task) {
        String group = Objects.requireNonNullElse(task.group(), "nobody");
        return task.startedBy() == null ? group : group + ", by " + task.startedBy();
    }

    private static String reason(Task task) {
        String text =
                Stream.of(task.stopCodeAsString(), task.stoppedReason())
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining(": "));
        return text.isEmpty() ? "" : " - " + text;
    }

    private static String exits(Task task) {
        String codes =
                task.containers().stream()
                        .filter(container -> container.exitCode() != null)
                        .map(Timeline::exit)
                        .collect(Collectors.joining(", "));
        return codes.isEmpty() ? "" : " - " + codes;
    }

    private static String exit(Container container) {
        String reason = container.reason() == null ? "" : " (" + container.reason() + ")";
        return "%s exited with %d%s".formatted(container.name(), container.exitCode(), reason);
    }

    Table table(ZoneId zone) {
        var table = new Table("TIME", "AFTER", "WHAT");
        Instant before = null;
        for (Step step : steps) {
            table.row(
                    Times.at(step.at(), zone),
                    before == null ? "" : "+" + Times.text(Duration.between(before, step.at())),
                    step.what());
            before = step.at();
        }
        return table;
    }
}
