package io.gantry.control.core.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * {@code family:revision}. Sorts by family, then numerically by revision. Daemon task definitions
 * have families of their own, which no other task definition can have.
 */
public record TaskDefinitionKey(String family, int revision)
        implements Comparable<TaskDefinitionKey> {
    private static final String DAEMON = "daemon:";

    /** The key of a daemon task definition. */
    public static TaskDefinitionKey ofDaemon(String family, int revision) {
        return new TaskDefinitionKey(DAEMON + family, revision);
    }

    /** Whether a daemon task definition is meant. */
    public boolean isDaemon() {
        return family.startsWith(DAEMON);
    }

    /** {@code family:revision} as users write it. */
    public String plain() {
        return (isDaemon() ? family.substring(DAEMON.length()) : family) + ':' + revision;
    }

    /** Reads what {@link #toString} writes. */
    @JsonCreator
    public static TaskDefinitionKey parse(String text) {
        int colon = text.lastIndexOf(':');
        return new TaskDefinitionKey(
                text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public int compareTo(TaskDefinitionKey other) {
        int order = family.compareTo(other.family);
        return order != 0 ? order : Integer.compare(revision, other.revision);
    }

    @Override
    @JsonValue
    public String toString() {
        return family + ':' + revision;
    }
}
