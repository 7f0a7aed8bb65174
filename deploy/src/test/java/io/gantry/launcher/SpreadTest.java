package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SpreadTest {
    @Test
    void percentilesAreFiguresThatOccurred() {
        List<@Nullable Long> figures = new ArrayList<>();
        LongStream.rangeClosed(1, 200).forEach(figure -> figures.add(figure * 10));
        Collections.reverse(figures);
        assertThat(Spread.of(figures)).isEqualTo(new Spread(200, 1_000, 1_980, 2_000));
    }

    @Test
    void fewFiguresHaveTheirGreatestAsP99() {
        assertThat(Spread.of(List.of(7L, 3L, 5L))).isEqualTo(new Spread(3, 5, 7, 7));
        assertThat(Spread.of(List.of(4L))).isEqualTo(new Spread(1, 4, 4, 4));
    }

    @Test
    void whatDidNotHappenDoesNotCount() {
        List<@Nullable Long> figures = new ArrayList<>();
        figures.add(null);
        assertThat(Spread.of(figures)).isNull();
        figures.add(8L);
        assertThat(Spread.of(figures)).isEqualTo(new Spread(1, 8, 8, 8));
    }
}
