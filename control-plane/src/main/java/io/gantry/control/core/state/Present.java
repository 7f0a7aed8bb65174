package io.gantry.control.core.state;

/** The value of tables that are sets. */
public enum Present {
    YES
}
