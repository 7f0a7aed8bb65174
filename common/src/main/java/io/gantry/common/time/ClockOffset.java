package io.gantry.common.time;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a file say by how many milliseconds {@link Clock#system} of this process is off, to try out
 * what clocks that disagree do to a cluster. Time that is measured ({@link Clock#nanoTime}) is
 * never touched. Nothing follows a file unless it is told to.
 */
public final class ClockOffset {
    /** The name of the thread that looks at the file, by which others can tell that one does. */
    public static final String THREAD = "clock-offset";

    private static final Logger log = LoggerFactory.getLogger(ClockOffset.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Path file;
    private final SystemClock clock;
    private long followedMillis;

    ClockOffset(Path file, SystemClock clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * From now on looks at the file once a second, for as long as the process lives.
     *
     * @param file holds a number of milliseconds, which may be negative; the clock is right while
     *     there is no such file
     */
    public static void follow(Path file) {
        var offset = new ClockOffset(file, SystemClock.INSTANCE);
        Thread.ofPlatform().daemon().name(THREAD).start(offset::lookForEver);
    }

    private void lookForEver() {
        while (!Thread.currentThread().isInterrupted()) {
            look();
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
    }

    void look() {
        long millis = read();
        if (millis != followedMillis) {
            log.atWarn().addKeyValue("millis", millis).log("this wall clock is shifted on demand");
            clock.shift(millis);
            followedMillis = millis;
        }
    }

    /** What cannot be read changes nothing. */
    private long read() {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (NoSuchFileException nothingAsked) {
            return 0;
        } catch (IOException | NumberFormatException unreadable) {
            log.debug("the clock's offset cannot be read", unreadable);
            return followedMillis;
        }
    }
}
