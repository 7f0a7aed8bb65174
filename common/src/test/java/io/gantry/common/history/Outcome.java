package io.gantry.common.history;

/**
 * How a call ended, as far as its client can tell.
 *
 * @param <R> what is answered
 */
public sealed interface Outcome<R> {

    /** It was acknowledged. */
    record Ok<R>(R answer) implements Outcome<R> {}

    /** It was refused: it has had no effect and will have none. */
    record Failed<R>(String reason) implements Outcome<R> {}

    /** Nobody told: it may take effect at any time after it was invoked, or never. */
    record Unknown<R>(String reason) implements Outcome<R> {}
}
