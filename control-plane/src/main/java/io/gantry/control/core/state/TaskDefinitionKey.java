package io.gantry.control.core.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** {@code family:revision}. Sorts by family, then numerically by revision. */
public record TaskDefinitionKey(String family, int revision)
        implements Comparable<TaskDefinitionKey> {

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
