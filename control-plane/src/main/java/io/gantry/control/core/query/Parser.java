package io.gantry.control.core.query;

import java.util.ArrayList;
import java.util.List;

/** Understands the language: {@code or} binds weakest, then {@code and}, then {@code not}. */
final class Parser {
    private static final int DEEPEST = 100;

    private final Scanner scanner;
    private int depth;

    Parser(String text) {
        this.scanner = new Scanner(text);
    }

    Expression whole() {
        Expression whole = or();
        if (!scanner.atEnd()) {
            throw scanner.fault("Expected 'and', 'or' or the end, not " + scanner.next());
        }
        return whole;
    }

    private Expression or() {
        var parts = new ArrayList<Expression>();
        do {
            parts.add(and());
        } while (scanner.take("||") || scanner.takeWord("or"));
        return parts.size() == 1 ? parts.getFirst() : new Expression.Or(parts);
    }

    private Expression and() {
        var parts = new ArrayList<Expression>();
        do {
            parts.add(not());
        } while (scanner.take("&&") || scanner.takeWord("and"));
        return parts.size() == 1 ? parts.getFirst() : new Expression.And(parts);
    }

    private Expression not() {
        if (!scanner.take("!") && !scanner.takeWord("not")) {
            return single();
        }
        enter();
        Expression part = not();
        depth--;
        return new Expression.Not(part);
    }

    private Expression single() {
        int from = scanner.position();
        if (!scanner.take("(")) {
            return comparison();
        }
        enter();
        Expression inside = or();
        depth--;
        if (!scanner.take(")")) {
            throw scanner.atEnd()
                    ? scanner.fault("The parenthesis is never closed that begins", from)
                    : scanner.fault("Expected 'and', 'or' or ')', not " + scanner.next());
        }
        return inside;
    }

    private void enter() {
        depth++;
        if (depth > DEEPEST) {
            throw scanner.fault("There is too much within each other");
        }
    }

    private Expression comparison() {
        Subject subject = subject();
        int from = scanner.position();
        Operator operator = Operator.of(scanner.operator());
        if (operator == null) {
            throw scanner.fault(
                    "Expected an operator after '%s', one of %s,"
                            .formatted(subject.text(), subject.kind().allowed()),
                    from);
        }
        if (!subject.kind().allows(operator)) {
            throw scanner.fault(
                    "'%s' cannot be compared with '%s', only with %s,"
                            .formatted(subject.text(), operator.symbol(), subject.kind().allowed()),
                    from);
        }
        int argument = scanner.position();
        List<String> arguments = arguments(operator);
        try {
            return new Expression.Comparison(
                    subject, operator, arguments, Comparisons.test(subject, operator, arguments));
        } catch (IllegalArgumentException unfit) {
            throw scanner.fault(String.valueOf(unfit.getMessage()), argument);
        }
    }

    private Subject subject() {
        int from = scanner.position();
        String text = scanner.subject();
        Subject subject = Subject.of(text);
        if (subject == null) {
            String found = text.isEmpty() ? scanner.next() : "'" + text + "'";
            throw scanner.fault(
                    "Expected a subject, one of " + Subject.all() + ", not " + found, from);
        }
        return subject;
    }

    private List<String> arguments(Operator operator) {
        return switch (operator.form()) {
            case NONE -> List.of();
            case ONE -> List.of(scanner.value(false));
            case LIST -> list();
        };
    }

    private List<String> list() {
        int from = scanner.position();
        if (!scanner.take("[")) {
            throw scanner.fault("Expected a list such as [a, b], not " + scanner.next());
        }
        var values = new ArrayList<String>();
        do {
            values.add(scanner.value(true));
        } while (scanner.take(","));
        if (!scanner.take("]")) {
            throw scanner.atEnd()
                    ? scanner.fault("The list is never closed that begins", from)
                    : scanner.fault("Expected ',' or ']', not " + scanner.next());
        }
        return values;
    }
}
