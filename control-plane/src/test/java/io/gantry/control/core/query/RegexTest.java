package io.gantry.control.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java's own patterns tell what is right. */
class RegexTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void itMatchesWhatJavaMatches(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            // Java itself does not try all ways through what is repeated and begins with ^.
            String pattern = pattern(random, 3);
            pattern = random.nextBoolean() ? pattern : "^(" + pattern + ")$";
            Regex regex = Regex.of(pattern);
            Pattern model = Pattern.compile(pattern);
            for (int j = 0; j < 5; j++) {
                String text = text(random);
                assertThat(regex.matches(text))
                        .as("'%s' on '%s'", pattern, text)
                        .isEqualTo(model.matcher(text).matches());
            }
        }
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append("abc-1_ ".charAt(random.nextInt(7)));
        }
        return text.toString();
    }

    private static String pattern(Random random, int depth) {
        String inner = depth == 0 ? "a" : pattern(random, depth - 1);
        String[] forms = {
            "a",
            "b",
            ".",
            "[a-c]",
            "[^a]",
            "[-a]",
            "[a1-]",
            "[\\d_]",
            "\\w",
            "\\d",
            "\\S",
            "\\.",
            "(" + inner + ")",
            "(?:" + inner + ")*",
            "(" + inner + ")+",
            "(" + inner + ")?",
            "(" + inner + "){1,2}",
            "(" + inner + "){2}",
            "(" + inner + "){0,}?",
            inner + "|" + "c",
            inner + "b",
            "(|" + inner + ")",
        };
        return forms[random.nextInt(forms.length)];
    }

    @Test
    void noPatternTakesLong() {
        String text = "a".repeat(255) + "!";
        assertThat(Regex.of("(a+)+b").matches(text)).isFalse();
        assertThat(Regex.of("((a|a)*)*b").matches(text)).isFalse();
        assertThat(Regex.of("(.*a){50}").matches(text)).isFalse();
    }
}
