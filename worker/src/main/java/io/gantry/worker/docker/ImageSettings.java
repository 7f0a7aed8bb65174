package io.gantry.worker.docker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How images come to this machine.
 *
 * @param memory the file that remembers which images were pulled; null to forget with the process
 * @param auth logins of the operator; where they know none, the user's docker configuration counts
 * @param inactivity a pull without news for so long is given up
 * @param limit of a whole pull
 * @param parallel pulls of different images at a time
 * @param attempts in all, while failures look as if they could pass
 * @param firstPause before the second attempt; later ones are longer
 */
public record ImageSettings(
        @Nullable Path memory,
        EngineAuth auth,
        Duration inactivity,
        Duration limit,
        int parallel,
        int attempts,
        Duration firstPause,
        Cleanup cleanup) {

    /**
     * Which images are removed when nobody needs them any more.
     *
     * @param interval between two rounds; zero for never
     * @param minimumAge since the image was pulled
     * @param perRound at most so many are removed at once, those unused for longest first
     * @param kept references of images that stay
     */
    public record Cleanup(Duration interval, Duration minimumAge, int perRound, List<String> kept) {
        public Cleanup {
            kept = List.copyOf(kept);
        }

        /** As with Amazon's agent. */
        public static Cleanup usual() {
            return new Cleanup(Duration.ofMinutes(30), Duration.ofHours(1), 5, List.of());
        }
    }

    /** As with Amazon's agent. */
    public static ImageSettings usual() {
        return new ImageSettings(
                null,
                EngineAuth.NONE,
                Duration.ofMinutes(1),
                Duration.ofHours(2),
                4,
                5,
                Duration.ofMillis(1100),
                Cleanup.usual());
    }
}
