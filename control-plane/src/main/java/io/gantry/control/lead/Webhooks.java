package io.gantry.control.lead;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** Calls life-cycle hooks. */
@FunctionalInterface
public interface Webhooks {

    /**
     * What came back.
     *
     * @param status of HTTP
     */
    record Answer(int status, String body) {}

    /**
     * Posts a call to a hook. Never throws; completes exceptionally if nobody answered.
     *
     * @param payload JSON
     */
    CompletableFuture<Answer> call(URI target, String payload);
}
