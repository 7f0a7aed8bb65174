package io.gantry.control.core.state;

import java.util.Comparator;

/**
 * A client token in use, or the name of a call that may be repeated.
 *
 * @param scope what it is unique in, such as an operation and a cluster; without spaces
 */
public record Token(String scope, String value) implements Comparable<Token> {
    private static final Comparator<Token> ORDER =
            Comparator.comparing(Token::scope).thenComparing(Token::value);

    /** Reads what {@link #toString} writes. */
    public static Token parse(String text) {
        int space = text.indexOf(' ');
        return new Token(text.substring(0, space), text.substring(space + 1));
    }

    @Override
    public String toString() {
        return scope + ' ' + value;
    }

    @Override
    public int compareTo(Token other) {
        return ORDER.compare(this, other);
    }
}
