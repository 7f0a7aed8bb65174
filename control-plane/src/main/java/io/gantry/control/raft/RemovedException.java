package io.gantry.control.raft;

import java.io.IOException;

/** This node was taken out of its group: its data is of no use any more. */
public final class RemovedException extends IOException {
    private static final long serialVersionUID = 1;

    RemovedException(String message) {
        super(message);
    }
}
