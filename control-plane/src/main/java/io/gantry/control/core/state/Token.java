package io.gantry.control.core.state;

import java.util.Comparator;

/**
 * A client token in use.
 *
 * @param scope what it is unique in: an operation and a cluster
 */
public record Token(String scope, String value) implements Comparable<Token> {
    private static final Comparator<Token> ORDER =
            Comparator.comparing(Token::scope).thenComparing(Token::value);

    @Override
    public int compareTo(Token other) {
        return ORDER.compare(this, other);
    }
}
