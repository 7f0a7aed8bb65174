package io.gantry.control.core.query;

import io.gantry.control.core.state.Worker;

/**
 * A sentence of the cluster query language. Immutable, and the same for all machines and times: it
 * costs no more than a bounded number of steps, whatever its patterns are.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html">Cluster
 *     query language</a>
 */
public final class Query {
    /** As long as ECS lets expressions be, in characters. */
    public static final int LONGEST = 2_000;

    private final Expression expression;

    private Query(Expression expression) {
        this.expression = expression;
    }

    /**
     * Understands a text.
     *
     * @throws QueryException if it is none of this language
     */
    public static Query parse(String text) {
        if (text.length() > LONGEST) {
            throw new QueryException(
                    "There can be at most 2000 characters; the first of too many is", LONGEST + 1);
        }
        return new Query(new Parser(text).whole());
    }

    /** Whether a machine is among those meant, as it is now. */
    public boolean matches(Worker worker) {
        return expression.matches(worker);
    }

    /** The sentence in its plainest form, which means the same. */
    @Override
    public String toString() {
        return expression.text();
    }
}
