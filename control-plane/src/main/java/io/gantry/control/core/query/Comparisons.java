package io.gantry.control.core.query;

import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What an operator means for a subject. Negative operators hold wherever their opposites do not,
 * also on machines that have nothing there to compare; all others need something.
 */
final class Comparisons {
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

    private Comparisons() {}

    /**
     * The test of a machine.
     *
     * @throws IllegalArgumentException if the arguments are nothing that the subject could be; its
     *     message is the beginning of a sentence
     */
    static Predicate<Worker> test(Subject subject, Operator operator, List<String> arguments) {
        Predicate<String> one = ofValue(subject, operator, arguments);
        return operator.negative()
                ? worker -> subject.values(worker).stream().noneMatch(one)
                : worker -> subject.values(worker).stream().anyMatch(one);
    }

    /** The test of one value; of a negative operator, that of its opposite. */
    private static Predicate<String> ofValue(
            Subject subject, Operator operator, List<String> arguments) {
        return switch (operator) {
            case EXISTS, NOT_EXISTS -> value -> true;
            case IN, NOT_IN -> {
                arguments.forEach(argument -> checkText(subject, argument));
                yield Set.copyOf(arguments)::contains;
            }
            case MATCHES, NOT_MATCHES -> Regex.of(arguments.getFirst())::matches;
            case EQUALS, NOT_EQUALS -> compared(subject, arguments.getFirst(), true, c -> c == 0);
            case GREATER -> compared(subject, arguments.getFirst(), false, c -> c > 0);
            case GREATER_EQUAL -> compared(subject, arguments.getFirst(), false, c -> c >= 0);
            case LESS -> compared(subject, arguments.getFirst(), false, c -> c < 0);
            case LESS_EQUAL -> compared(subject, arguments.getFirst(), false, c -> c <= 0);
        };
    }

    private static void checkText(Subject subject, String argument) {
        boolean isChoice = argument.equals("true") || argument.equals("false");
        if (subject.kind() == Subject.Kind.AGENT_CONNECTED && !isChoice) {
            throw new IllegalArgumentException("Expected true or false, not '" + argument + "',");
        }
    }

    private static Predicate<String> compared(
            Subject subject, String argument, boolean equality, IntPredicate result) {
        return switch (subject.kind()) {
            case AGENT_CONNECTED, EC2_INSTANCE_ID, TASK_GROUP -> {
                checkText(subject, argument);
                yield value -> result.test(value.compareTo(argument));
            }
            case ATTRIBUTE_VALUE ->
                    equality
                            ? value -> result.test(value.compareTo(argument))
                            : value -> result.test(Versions.compareLoosely(value, argument));
            case AGENT_VERSION -> {
                if (!Versions.isVersion(argument)) {
                    throw new IllegalArgumentException(
                            "Expected a version such as 1.75.0, not '" + argument + "',");
                }
                yield value -> result.test(Versions.compare(value, argument));
            }
            case RUNNING_TASKS_COUNT -> {
                if (!COUNT.matcher(argument).matches()) {
                    throw new IllegalArgumentException(
                            "Expected a number of tasks, not '" + argument + "',");
                }
                int count = Integer.parseInt(argument);
                yield value -> result.test(Integer.compare(Integer.parseInt(value), count));
            }
            case REGISTERED_AT -> {
                var date = Moment.of(argument);
                yield value -> result.test(-date.compareTo(Long.parseLong(value)));
            }
        };
    }
}
