package io.gantry.worker.runtime;

import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentEvent.Stage;
import io.gantry.worker.core.ContainerKey;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Runs orders in the background and turns their failures into events. */
public final class StageWork {
    /**
     * Engines are no faster if they are asked for more at a time than their processors carry, and
     * the first containers take longer. Starts wait for starts only, so that what is made gets
     * going.
     */
    private static final int AT_A_TIME =
            Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

    private final Semaphore makes = new Semaphore(AT_A_TIME, true);
    private final Semaphore starts = new Semaphore(AT_A_TIME, true);
    private final Consumer<AgentEvent> events;
    private final BiFunction<Stage, Exception, String> texts;

    public StageWork(Consumer<AgentEvent> events) {
        this(events, StageWork::error);
    }

    /**
     * With texts of its own.
     *
     * @param texts what is reported when a stage ended with a failure
     */
    public StageWork(Consumer<AgentEvent> events, BiFunction<Stage, Exception, String> texts) {
        this.events = events;
        this.texts = texts;
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
                        inTurn(stage, work);
                    } catch (NamedFailureException named) {
                        String text = String.valueOf(named.getMessage());
                        events.accept(new AgentEvent.Failed(key, stage, text));
                    } catch (IOException | RuntimeException failure) {
                        events.accept(
                                new AgentEvent.Failed(key, stage, texts.apply(stage, failure)));
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private void inTurn(Stage stage, Work work) throws IOException, InterruptedException {
        Semaphore turns =
                switch (stage) {
                    case CREATE -> makes;
                    case START -> starts;
                    case PULL, STOP -> null;
                };
        if (turns == null) {
            work.run();
            return;
        }
        turns.acquire();
        try {
            work.run();
        } finally {
            turns.release();
        }
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
