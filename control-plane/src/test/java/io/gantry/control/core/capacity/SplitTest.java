package io.gantry.control.core.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;

class SplitTest {

    private static CapacityProviderStrategyItem item(String provider, int base, int weight) {
        return CapacityProviderStrategyItem.builder()
                .capacityProvider(provider)
                .base(base)
                .weight(weight)
                .build();
    }

    private static Map<String, Integer> split(int count, CapacityProviderStrategyItem... items) {
        return Split.beginning(List.of(items), List.of()).next(count);
    }

    @Test
    void oneToFourOverFiveIsExact() {
        var one = item("one", 0, 1);
        var four = item("four", 0, 4);
        assertThat(split(5, one, four)).isEqualTo(Map.of("one", 1, "four", 4));
        assertThat(split(10, four, one)).isEqualTo(Map.of("one", 2, "four", 8));
        assertThat(split(1, one, four)).isEqualTo(Map.of("four", 1));
    }

    @Test
    void equalWeightsTakeTurnsInTheOrderOfTheList() {
        assertThat(split(1, item("a", 0, 1), item("b", 0, 1))).isEqualTo(Map.of("a", 1));
        assertThat(split(3, item("a", 0, 1), item("b", 0, 1))).isEqualTo(Map.of("a", 2, "b", 1));
    }

    @Test
    void theBaseIsFilledFirstAndDoesNotCountInTheRatio() {
        var base = item("base", 3, 1);
        var rest = item("rest", 0, 1);
        assertThat(split(2, rest, base)).isEqualTo(Map.of("base", 2));
        assertThat(split(7, rest, base)).isEqualTo(Map.of("base", 5, "rest", 2));
    }

    @Test
    void withoutWeightAProviderGetsNothingBeyondItsBase() {
        assertThat(split(5, item("base", 2, 0), item("rest", 0, 1)))
                .isEqualTo(Map.of("base", 2, "rest", 3));
        assertThat(split(5, item("none", 0, 0), item("rest", 0, 1))).isEqualTo(Map.of("rest", 5));
    }

    @Test
    void whatIsThereCounts() {
        var strategy = List.of(item("a", 0, 1), item("b", 0, 1));
        assertThat(Split.beginning(strategy, List.of("a", "a", "x")).next(3))
                .isEqualTo(Map.of("b", 2, "a", 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void wholeRoundsAreExactAndNobodyIsAheadByMoreThanOneTask(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            var strategy = new ArrayList<CapacityProviderStrategyItem>();
            int sum = 0;
            for (int p = 0; p <= random.nextInt(5); p++) {
                int weight = 1 + random.nextInt(9);
                sum += weight;
                strategy.add(item("p" + p, 0, weight));
            }
            int rounds = 1 + random.nextInt(3);
            Map<String, Integer> whole = Split.beginning(strategy, List.of()).next(rounds * sum);
            for (var each : strategy) {
                assertThat(whole).containsEntry(each.capacityProvider(), rounds * each.weight());
            }
            int count = random.nextInt(rounds * sum);
            Map<String, Integer> part = Split.beginning(strategy, List.of()).next(count);
            assertThat(part.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(count);
            for (var each : strategy) {
                // A provider gets its next task only while it is behind the others.
                int most = -Math.floorDiv(-(count + strategy.size()) * each.weight(), sum);
                assertThat(part.getOrDefault(each.capacityProvider(), 0)).isLessThanOrEqualTo(most);
            }
        }
    }

    @Test
    void inStepsItComesToTheSameAsAtOnce() {
        var strategy = List.of(item("a", 2, 3), item("b", 0, 2), item("c", 0, 5));
        var there = new ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            Split.beginning(strategy, there)
                    .next(3)
                    .forEach(
                            (provider, tasks) ->
                                    there.addAll(Collections.nCopies(tasks, provider)));
        }
        Split.beginning(strategy, List.of())
                .next(120)
                .forEach(
                        (provider, tasks) ->
                                assertThat(Collections.frequency(there, provider))
                                        .isEqualTo(tasks));
    }
}
