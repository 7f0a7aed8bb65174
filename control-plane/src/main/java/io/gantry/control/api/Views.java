package io.gantry.control.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Failure;

/** What the descriptions of all resources have in common. */
final class Views {

    private Views() {}

    /** A point in time; null for one that has not come. */
    static @Nullable Instant time(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    /** What is asked for does not exist. */
    static Failure missing(String arn) {
        return Failure.builder().arn(arn).reason("MISSING").build();
    }
}
