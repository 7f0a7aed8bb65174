package io.gantry.control.core.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A service by the names of its cluster and of itself; neither contains a slash. */
public record ServiceKey(String cluster, String name) implements Comparable<ServiceKey> {

    /** Reads what {@link #toString} writes. */
    @JsonCreator
    public static ServiceKey parse(String text) {
        int slash = text.indexOf('/');
        return new ServiceKey(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(ServiceKey other) {
        int order = cluster.compareTo(other.cluster);
        return order != 0 ? order : name.compareTo(other.name);
    }

    @Override
    @JsonValue
    public String toString() {
        return cluster + '/' + name;
    }
}
