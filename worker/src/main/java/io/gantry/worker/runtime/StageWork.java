package io.gantry.worker.runtime;

import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentEvent.Stage;
import io.gantry.worker.core.ContainerKey;
import java.io.IOException;
import java.util.function.Consumer;

/** Runs orders in the background and turns their failures into events. */
public final class StageWork {
    private final Consumer<AgentEvent> events;

    public StageWork(Consumer<AgentEvent> events) {
        this.events = events;
    }

    /** What an order takes to be carried out. */
    public interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** Returns at once. */
    public void begin(ContainerKey key, Stage stage, Work work) {
        Thread.startVirtualThread(
                () -> {
                    try {
                        work.run();
                    } catch (NamedFailureException named) {
                        String text = String.valueOf(named.getMessage());
                        events.accept(new AgentEvent.Failed(key, stage, text));
                    } catch (IOException | RuntimeException failure) {
                        events.accept(new AgentEvent.Failed(key, stage, error(stage, failure)));
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /** Begins with the name that Amazon's agent gives such an error. */
    private static String error(Stage stage, Exception failure) {
        String name =
                switch (stage) {
                    case PULL -> "CannotPullContainerError";
                    case CREATE -> "CannotCreateContainerError";
                    case START -> "CannotStartContainerError";
                    case STOP -> "CannotStopContainerError";
                };
        return name + ": " + failure.getMessage();
    }
}
