package io.gantry.worker.endpoints;

import org.jspecify.annotations.Nullable;

/** The machine, as far as it has to be changed for the address that containers know. */
interface Machine {

    /**
     * Sees to it that what is sent to the address arrives at a port of it. Blocks; cheap if there
     * is nothing to do.
     *
     * @return where to listen, or why it cannot be
     */
    Preparation prepare();

    /**
     * What became of it.
     *
     * @param port to listen on; 0 if it cannot be
     * @param obstacle set if it cannot be
     */
    record Preparation(int port, @Nullable String obstacle) {

        static Preparation listen(int port) {
            return new Preparation(port, null);
        }

        static Preparation impossible(String obstacle) {
            return new Preparation(0, obstacle);
        }
    }
}
