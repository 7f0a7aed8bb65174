package io.gantry.control.core.state;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A service by the names of its cluster and of itself; neither contains a slash. Tasks of managed
 * daemons are kept under such keys too, whose names no service can have.
 */
public record ServiceKey(String cluster, String name) implements Comparable<ServiceKey> {
    private static final String DAEMON = "daemon:";

    /** The key of a managed daemon. */
    public static ServiceKey ofDaemon(String cluster, String daemon) {
        return new ServiceKey(cluster, DAEMON + daemon);
    }

    /** Whether a managed daemon is meant, and no service. */
    public boolean isDaemon() {
        return name.startsWith(DAEMON);
    }

    /** What users call the managed daemon, or the service. */
    public String plainName() {
        return isDaemon() ? name.substring(DAEMON.length()) : name;
    }

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
