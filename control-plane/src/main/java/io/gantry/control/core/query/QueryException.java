package io.gantry.control.core.query;

/** A text that is no query; the message is a sentence that says what is wrong and where. */
public final class QueryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int position;

    QueryException(String complaint, int position) {
        super(complaint + " at position " + position + ".");
        this.position = position;
    }

    /** Where the mistake is: the number of the character, counted from 1. */
    public int position() {
        return position;
    }
}
