package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.system.Lives.Life;
import io.gantry.system.Lives.Overlap;
import org.junit.jupiter.api.Test;

/** What two copies wrote tells whether they lived at the same time. */
final class LivesTest {

    @Test
    void aCopyLivesFromItsFirstLineToItsLast() {
        Lives lives = Lives.parse("b 7.50\na 1.25\na 1.35\nb 7.61\na 1.45\n");
        assertThat(lives.lives()).containsExactly(new Life("a", 125, 145), new Life("b", 750, 761));
        assertThat(lives.overlaps()).isEmpty();
    }

    @Test
    void aCopyThatBeganBeforeAnotherHadEndedIsFound() {
        Lives lives = Lives.parse("a 1.00\nb 1.50\na 2.00\nc 1.99\nb 3.00\n");
        Life a = new Life("a", 100, 200);
        Life b = new Life("b", 150, 300);
        Life c = new Life("c", 199, 199);
        assertThat(lives.overlaps())
                .containsExactly(new Overlap(a, b), new Overlap(a, c), new Overlap(b, c));
    }

    @Test
    void theSameMomentIsAnOverlap() {
        assertThat(Lives.parse("a 1.00\nb 1.00\n").overlaps()).hasSize(1);
        assertThat(Lives.parse("a 1.00\nb 1.01\n").overlaps()).isEmpty();
    }

    @Test
    void aLineThatIsStillBeingWrittenDoesNotCount() {
        assertThat(Lives.parse("a 1.00\nb 0.").lives()).containsExactly(new Life("a", 100, 100));
        assertThat(Lives.parse("").lives()).isEmpty();
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> Lives.parse("a 1.00\na\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a sign of life: 'a'");
    }
}
