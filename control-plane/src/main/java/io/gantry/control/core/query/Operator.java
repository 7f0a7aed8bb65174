package io.gantry.control.core.query;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a subject may be compared by, as a symbol or as a word. */
enum Operator {
    EQUALS("==", "equals", Form.ONE),
    NOT_EQUALS("!=", "not_equals", Form.ONE),
    GREATER(">", "greater_than", Form.ONE),
    GREATER_EQUAL(">=", "greater_than_equal", Form.ONE),
    LESS("<", "less_than", Form.ONE),
    LESS_EQUAL("<=", "less_than_equal", Form.ONE),
    EXISTS("exists", "exists", Form.NONE),
    NOT_EXISTS("!exists", "not_exists", Form.NONE),
    IN("in", "in", Form.LIST),
    NOT_IN("!in", "not_in", Form.LIST),
    MATCHES("=~", "matches", Form.ONE),
    NOT_MATCHES("!~", "not_matches", Form.ONE);

    /** What follows an operator. */
    enum Form {
        NONE,
        ONE,
        LIST
    }

    private static final Map<String, Operator> BY_TEXT = new TreeMap<>();

    static {
        Arrays.stream(values())
                .forEach(
                        each -> {
                            BY_TEXT.put(each.symbol, each);
                            BY_TEXT.put(each.word, each);
                        });
    }

    private final String symbol;
    private final String word;
    private final Form form;

    Operator(String symbol, String word, Form form) {
        this.symbol = symbol;
        this.word = word;
        this.form = form;
    }

    /** The operator that is written so; null if there is none. */
    static @Nullable Operator of(String text) {
        return BY_TEXT.get(text.toLowerCase(Locale.ROOT));
    }

    String symbol() {
        return symbol;
    }

    Form form() {
        return form;
    }

    /** Whether it is the opposite of another one: true wherever that is false. */
    boolean negative() {
        return switch (this) {
            case NOT_EQUALS, NOT_EXISTS, NOT_IN, NOT_MATCHES -> true;
            case EQUALS, EXISTS, IN, MATCHES, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL -> false;
        };
    }
}
