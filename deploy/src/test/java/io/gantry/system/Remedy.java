package io.gantry.system;

/** Ends a fault. */
interface Remedy extends AutoCloseable {
    @Override
    void close();
}
