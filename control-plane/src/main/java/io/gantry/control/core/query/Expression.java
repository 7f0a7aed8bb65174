package io.gantry.control.core.query;

import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a query says, as a tree. */
sealed interface Expression {

    boolean matches(Worker worker);

    /** In the language itself, with parentheses wherever something compound is inside. */
    String text();

    private static String within(Expression part) {
        return part instanceof Comparison || part instanceof Not
                ? part.text()
                : "(" + part.text() + ")";
    }

    private static String joined(List<Expression> parts, String word) {
        return parts.stream().map(Expression::within).collect(Collectors.joining(word));
    }

    record And(List<Expression> parts) implements Expression {
        public And {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean matches(Worker worker) {
            for (Expression part : parts) {
                if (!part.matches(worker)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String text() {
            return joined(parts, " and ");
        }
    }

    record Or(List<Expression> parts) implements Expression {
        public Or {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean matches(Worker worker) {
            for (Expression part : parts) {
                if (part.matches(worker)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String text() {
            return joined(parts, " or ");
        }
    }

    record Not(Expression part) implements Expression {
        @Override
        public boolean matches(Worker worker) {
            return !part.matches(worker);
        }

        @Override
        public String text() {
            return "not(" + part.text() + ")";
        }
    }

    /**
     * One subject, operator and argument.
     *
     * @param arguments none, one, or those of a list
     * @param test what they mean
     */
    record Comparison(
            Subject subject, Operator operator, List<String> arguments, Predicate<Worker> test)
            implements Expression {
        public Comparison {
            arguments = List.copyOf(arguments);
        }

        @Override
        public boolean matches(Worker worker) {
            return test.test(worker);
        }

        @Override
        public String text() {
            String before = subject.text() + " " + operator.symbol();
            return switch (operator.form()) {
                case NONE -> before;
                case ONE -> before + " " + Scanner.quoted(arguments.getFirst());
                case LIST ->
                        arguments.stream()
                                .map(Scanner::quoted)
                                .collect(Collectors.joining(", ", before + " [", "]"));
            };
        }
    }
}
