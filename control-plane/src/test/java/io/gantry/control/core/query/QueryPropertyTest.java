package io.gantry.control.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.Lab;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryPropertyTest {
    private static final List<String> PIECES =
            List.of(
                    "attribute:a",
                    "agentConnected",
                    "agentVersion",
                    "registeredAt",
                    "task:group",
                    "runningTasksCount",
                    "ec2InstanceId",
                    "==",
                    "!=",
                    ">",
                    "<=",
                    "in",
                    "!in",
                    "exists",
                    "!exists",
                    "=~",
                    "!~",
                    "matches",
                    "not_in",
                    "(",
                    ")",
                    "[",
                    "]",
                    ",",
                    "'",
                    "\"",
                    " ",
                    " and ",
                    " or ",
                    "&&",
                    "||",
                    "not",
                    "!",
                    "true",
                    "1.2",
                    "5",
                    "2018-06-18",
                    "2018-06-18T22:28:28Z",
                    "t2.*",
                    "(a|b)+",
                    "\\",
                    "*",
                    "{3}",
                    "é",
                    "\t",
                    "\uD83D",
                    "x");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noTextCausesAnythingButItsOwnComplaint(long seed) {
        var random = new Random(seed);
        int understood = 0;
        for (int i = 0; i < 30_000; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(10); j >= 0; j--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
                text.append(random.nextBoolean() ? " " : "");
            }
            try {
                var _ = Query.parse(text.toString());
                understood++;
            } catch (QueryException wrong) {
                assertThat(wrong.position()).isBetween(1, text.length() + 1);
            }
        }
        assertThat(understood).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsWrittenOutMeansTheSame(long seed) {
        var lab = new Lab(seed);
        var random = lab.random;
        Worker worker = lab.machine(lab.worker(1024, 1024, Map.of("a", "t2.x", "b", "7")));
        for (int i = 0; i < 3_000; i++) {
            Query query = Query.parse(random(random, 4));
            Query again = Query.parse(query.toString());
            assertThat(again).hasToString(query.toString());
            assertThat(again.matches(worker)).as("%s", query).isEqualTo(query.matches(worker));
        }
    }

    private static String random(Random random, int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            List<String> simple =
                    List.of(
                            "attribute:a =~ 't2.*'",
                            "attribute:a == \"it's\"",
                            "attribute:b > 6",
                            "attribute:c exists",
                            "attribute:c !exists",
                            "attribute:b in [7, '8 9']",
                            "agentConnected == true",
                            "runningTasksCount >= 1");
            return simple.get(random.nextInt(simple.size()));
        }
        String left = random(random, depth - 1);
        String right = random(random, depth - 1);
        return switch (random.nextInt(5)) {
            case 0 -> left + " and " + right;
            case 1 -> left + " || " + right;
            case 2 -> "(" + left + ") && (" + right + ")";
            case 3 -> "not (" + left + ")";
            default -> "!(" + left + " or " + right + ")";
        };
    }
}
