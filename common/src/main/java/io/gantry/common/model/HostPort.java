package io.gantry.common.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A port of a machine.
 *
 * @param number 1 to 65,535
 */
public record HostPort(int number, Protocol protocol) implements Comparable<HostPort> {

    /** The transports that ECS maps ports for. */
    public enum Protocol {
        TCP,
        UDP
    }

    public static HostPort tcp(int number) {
        return new HostPort(number, Protocol.TCP);
    }

    public static HostPort udp(int number) {
        return new HostPort(number, Protocol.UDP);
    }

    /** Reads what {@link #toString} writes. */
    @JsonCreator
    public static HostPort parse(String text) {
        int slash = text.indexOf('/');
        return new HostPort(
                Integer.parseInt(text.substring(0, slash)),
                text.endsWith("/udp") ? Protocol.UDP : Protocol.TCP);
    }

    @Override
    public int compareTo(HostPort other) {
        int order = Integer.compare(number, other.number);
        return order != 0 ? order : protocol.compareTo(other.protocol);
    }

    @Override
    @JsonValue
    public String toString() {
        return number + (protocol == Protocol.TCP ? "/tcp" : "/udp");
    }
}
