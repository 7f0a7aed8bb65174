package io.gantry.control.core.schedule;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/** How well a worker serves one strategy: the lowest wins, and ties go to the next strategy. */
interface Score {
    double of(Candidate candidate, List<Candidate> others);

    String ZONE = "attribute:ecs.availability-zone";

    /** ECS's default: even over the zones, then over the machines. */
    private static List<Score> defaults() {
        return List.of(spread(ZONE), spread("instanceId"));
    }

    /**
     * The scores for strategies, in their order.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html">Task
     *     placement strategies</a>
     */
    static List<Score> of(List<PlacementStrategy> strategies, RandomGenerator random) {
        return strategies.isEmpty()
                ? defaults()
                : strategies.stream().map(strategy -> of(strategy, random)).toList();
    }

    private static Score of(PlacementStrategy strategy, RandomGenerator random) {
        String field = strategy.field() == null ? "" : strategy.field();
        return switch (strategy.type()) {
            case SPREAD -> spread(field);
            case BINPACK -> binpack(field);
            case RANDOM -> (candidate, others) -> random.nextDouble();
            case UNKNOWN_TO_SDK_VERSION ->
                    throw new AssertionError("strategy was not validated: " + strategy);
        };
    }

    /** Fewest tasks of the group. Machines without the attribute share a bucket, used last. */
    private static Score spread(String field) {
        if (!field.startsWith("attribute:")) {
            return (candidate, others) -> candidate.ofGroup();
        }
        String name = field.substring("attribute:".length());
        return (candidate, others) -> {
            String value = candidate.worker().attributes().get(name);
            int tasks =
                    others.stream()
                            .filter(
                                    each ->
                                            Objects.equals(
                                                    value, each.worker().attributes().get(name)))
                            .mapToInt(Candidate::ofGroup)
                            .sum();
            return value == null ? tasks + 0.5 : tasks;
        };
    }

    /** Least left of the resource. */
    private static Score binpack(String field) {
        return switch (field.toLowerCase(Locale.ROOT)) {
            case "cpu" -> (candidate, others) -> candidate.worker().free().cpuUnits();
            case "memory" -> (candidate, others) -> candidate.worker().free().memoryMib();
            default -> throw new AssertionError("field was not validated: " + field);
        };
    }
}
