package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class ChaosTargetsTest {
    private final ChaosTargets targets =
            new ChaosTargets(
                    new Installation(
                            new Layout(Path.of("/nowhere")),
                            9_640,
                            3,
                            2,
                            Installation.EngineKind.PROCESS),
                    new SplittableRandom(1));

    @Test
    void theLeaderIsWhoeverLeadsNow() {
        assertThat(names(targets.find(List.of("w2", "leader"), "n3"))).containsExactly("w2", "n3");
        assertThatThrownBy(() -> targets.find(List.of("leader"), null)).isInstanceOf(Failure.class);
    }

    @Test
    void whatIsDrawnIsNobodyWhoWasNamed() {
        Set<String> drawn = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            List<String> names =
                    names(targets.find(List.of("any-node", "any-worker", "leader"), "n2"));
            assertThat(names).hasSize(3).startsWith("n2");
            drawn.addAll(names.subList(1, 3));
        }
        assertThat(drawn).containsExactlyInAnyOrder("n1", "n3", "w1", "w2");
    }

    @Test
    void moreThanThereAreCannotBeDrawn() {
        assertThatThrownBy(
                        () -> targets.find(List.of("any-worker", "any-worker", "any-worker"), "n1"))
                .isInstanceOf(Failure.class)
                .hasMessage("There is no other worker.");
        assertThatThrownBy(() -> targets.find(List.of("n7"), "n1"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("There is no n7, only n1");
    }

    @Test
    void offsetsHaveSigns() {
        var span = new ChaosOptions.Span();
        assertThat(span.convert("-10m")).isEqualTo(Duration.ofMinutes(-10));
        assertThat(span.convert("+90s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(span.convert("250ms")).isEqualTo(Duration.ofMillis(250));
        assertThatThrownBy(() -> span.convert("--5s")).isInstanceOf(TypeConversionException.class);
        assertThatThrownBy(() -> span.convert("soon")).isInstanceOf(TypeConversionException.class);
    }

    private static List<String> names(List<Member> members) {
        return members.stream().map(Member::name).toList();
    }
}
