package io.gantry.control.api;

/** Where agents reach this installation; the addresses must outlive a single node's leadership. */
public interface Endpoints {

    /** URL below which agents open their command channel, such as {@code http://host:port/acs/}. */
    String agents();

    /** URL below which agents open their telemetry channel. */
    String telemetry();
}
