package io.gantry.control.core.schedule;

import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.PlacementStrategyType;

/**
 * One thing that strategies look at. New tasks go where its number is lowest and tasks are given up
 * where it is highest; what it leaves equal, the next one decides, and chance in the end.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html">Task
 *     placement strategies</a>
 */
sealed interface Criterion {
    String ZONE = "ecs.availability-zone";
    String ATTRIBUTE = "attribute:";

    /** In words, for explanations. */
    String text();

    /** Even over the values of an attribute: tasks of the group on all machines with the same. */
    record SpreadOver(String attribute) implements Criterion {
        @Override
        public String text() {
            return "spread(" + ATTRIBUTE + attribute + ")";
        }
    }

    /** Something that concerns a machine alone. */
    sealed interface Own extends Criterion {
        long of(Worker worker, int ofGroup);
    }

    /** Away from tasks of other groups; beyond ECS. */
    record Avoid(List<String> groups) implements Own {
        @Override
        public long of(Worker worker, int ofGroup) {
            return here(worker).isEmpty() ? 0 : 1;
        }

        /** Those of the groups that a machine has tasks of. */
        List<String> here(Worker worker) {
            return groups.stream().filter(group -> worker.groups().of(group) > 0).toList();
        }

        @Override
        public String text() {
            return "avoid(" + String.join(",", groups) + ")";
        }
    }

    /** Even over the machines. */
    record SpreadMachines() implements Own {
        @Override
        public long of(Worker worker, int ofGroup) {
            return ofGroup;
        }

        @Override
        public String text() {
            return "spread(instanceId)";
        }
    }

    /** Where the least is left of the CPU. */
    record PackCpu() implements Own {
        @Override
        public long of(Worker worker, int ofGroup) {
            return worker.free().cpuUnits();
        }

        @Override
        public String text() {
            return "binpack(cpu)";
        }
    }

    /** Where the least is left of the memory. */
    record PackMemory() implements Own {
        @Override
        public long of(Worker worker, int ofGroup) {
            return worker.free().memoryMib();
        }

        @Override
        public String text() {
            return "binpack(memory)";
        }
    }

    /**
     * What strategies look at, the most important first. Nothing can be told apart after {@code
     * random}. Without strategies it is what ECS does for services: even over the zones, then over
     * the machines. For RunTask ECS promises nothing then, so it is the same.
     */
    static List<Criterion> of(List<PlacementStrategy> strategies) {
        if (strategies.isEmpty()) {
            return List.of(new SpreadOver(ZONE), new SpreadMachines());
        }
        var criteria = new ArrayList<Criterion>();
        for (PlacementStrategy strategy : strategies) {
            if (strategy.type() == PlacementStrategyType.RANDOM) {
                break;
            }
            criteria.add(of(strategy));
        }
        return List.copyOf(criteria);
    }

    /** The same, but first of all away from groups that are to be avoided. */
    static List<Criterion> of(List<PlacementStrategy> strategies, List<String> avoid) {
        List<Criterion> criteria = of(strategies);
        return avoid.isEmpty()
                ? criteria
                : Stream.concat(Stream.of(new Avoid(avoid)), criteria.stream()).toList();
    }

    private static Criterion of(PlacementStrategy strategy) {
        String field = strategy.field() == null ? "" : strategy.field();
        return switch (strategy.type()) {
            case SPREAD ->
                    field.startsWith(ATTRIBUTE)
                            ? new SpreadOver(field.substring(ATTRIBUTE.length()))
                            : new SpreadMachines();
            case BINPACK ->
                    field.toLowerCase(Locale.ROOT).equals("cpu") ? new PackCpu() : new PackMemory();
            case RANDOM, UNKNOWN_TO_SDK_VERSION ->
                    throw new AssertionError("strategy was not validated: " + strategy);
        };
    }
}
