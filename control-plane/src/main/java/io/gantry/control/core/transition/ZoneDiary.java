package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.reconcile.ZoneBalance;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes what is done to balance zones, in the words of ECS. */
final class ZoneDiary {
    private final Edit edit;
    private final Diary diary;
    private final Census before;

    /** With the census that a plan is judged by. */
    ZoneDiary(Edit edit, Diary diary, Census before) {
        this.edit = edit;
        this.diary = diary;
        this.before = before;
    }

    /** Writes of those that were started for balance; returns the others. */
    List<TaskId> started(List<TaskId> started) {
        Map<Boolean, List<TaskId>> parts =
                started.stream()
                        .collect(
                                Collectors.partitioningBy(
                                        id -> edit.task(id).provision().balancing()));
        List<TaskId> balancing = parts.get(true);
        if (balancing == null || balancing.isEmpty()) {
            return started;
        }
        if (!ZoneBalance.isOn(before.service())) {
            diary.write(
                    before.service().key(),
                    "has started %d tasks on less crowded machines: %s."
                            .formatted(balancing.size(), names(balancing)));
            return Objects.requireNonNullElse(parts.get(false), List.of());
        }
        Map<String, Integer> zones = zones(before.current());
        balancing.forEach(id -> zones.merge(zone(edit.task(id)), 0, Integer::sum));
        write("is not AZ balanced with " + text(zones) + ". AZ Rebalancing in progress.");
        byZone(balancing)
                .forEach(
                        (zone, ids) ->
                                write(
                                        "has started %d tasks in %s to AZ Rebalance: %s."
                                                .formatted(ids.size(), zone, names(ids))));
        return Objects.requireNonNullElse(parts.get(false), List.of());
    }

    /** Writes of those that go because others have been started for balance; returns the others. */
    List<Task> stopped(List<Task> stopped) {
        Service service = before.service();
        boolean balancing =
                ZoneBalance.isOn(service)
                        && before.leaving().isEmpty()
                        && before.current().stream()
                                .anyMatch(
                                        task ->
                                                task.provision().balancing()
                                                        && task.times().createdAt()
                                                                > service.primary()
                                                                        .updatedAtMillis());
        if (!balancing || stopped.isEmpty() || stopped.stream().anyMatch(before::failing)) {
            return stopped;
        }
        byZone(stopped.stream().map(Task::id).toList())
                .forEach(
                        (zone, ids) ->
                                write(
                                        "has stopped %d running tasks in %s due to AZ rebalancing: %s."
                                                .formatted(ids.size(), zone, names(ids))));
        var left = new ArrayList<>(before.current());
        left.removeAll(stopped);
        Map<String, Integer> zones = zones(left);
        if (!zones.isEmpty()
                && Collections.max(zones.values()) - Collections.min(zones.values()) <= 1) {
            write("is AZ balanced with " + text(zones) + ".");
        }
        return List.of();
    }

    private void write(String sentence) {
        diary.write(
                before.service().key(),
                "service (" + before.service().key().name() + ") " + sentence);
    }

    private Map<String, Integer> zones(List<Task> tasks) {
        return ZoneBalance.zones(tasks, edit.workerRows::get);
    }

    private String zone(Task task) {
        return Objects.requireNonNullElse(
                edit.worker(task.worker()).attributes().get(Capacity.ZONE_ATTRIBUTE), "no zone");
    }

    private Map<String, List<TaskId>> byZone(List<TaskId> tasks) {
        return tasks.stream()
                .collect(
                        Collectors.groupingBy(
                                id -> zone(edit.task(id)), TreeMap::new, Collectors.toList()));
    }

    private static String text(Map<String, Integer> zones) {
        return zones.entrySet().stream()
                .map(each -> each.getValue() + " tasks in " + each.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String names(List<TaskId> tasks) {
        return tasks.stream().map(id -> "(task " + id + ")").collect(Collectors.joining(" "));
    }
}
