package io.gantry.worker.docker;

/** A failure that has a name of its own in the words of Amazon's agent. */
final class EngineException extends RuntimeException {
    private final String name;

    /**
     * Makes a named failure.
     *
     * @param name such as {@code CannotCreateVolumeError}
     */
    EngineException(String name, String message) {
        super(message);
        this.name = name;
    }

    /** The whole text, as it is reported. */
    String text() {
        return name + ": " + getMessage();
    }
}
