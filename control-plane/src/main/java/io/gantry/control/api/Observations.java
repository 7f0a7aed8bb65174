package io.gantry.control.api;

import io.gantry.control.core.command.Command.Observation;
import java.util.concurrent.CompletableFuture;

/** Where reports on tasks go; many reports may share one command. */
@FunctionalInterface
public interface Observations {

    /** Completes once the report is committed, or exceptionally if it may be lost. */
    CompletableFuture<Void> report(Observation observation);
}
