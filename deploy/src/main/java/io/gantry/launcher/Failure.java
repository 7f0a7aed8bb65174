package io.gantry.launcher;

/** Something the user can do something about; ends the command with its message alone. */
final class Failure extends RuntimeException {
    Failure(String message) {
        super(message);
    }

    Failure(String message, Throwable cause) {
        super(message, cause);
    }
}
