package io.gantry.launcher;

import ch.qos.logback.classic.Level;
import io.gantry.common.config.Settings;
import io.gantry.common.time.ClockOffset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A long-running part in this very process, until a signal ends it. */
final class Foreground {
    private static final Logger log = LoggerFactory.getLogger(Foreground.class);

    private Foreground() {}

    /** What starts a part and says how to close it. */
    interface Part {
        AutoCloseable start() throws Exception;
    }

    static int run(String name, Part part) throws Exception {
        AutoCloseable running = start(name, part);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("shutdown")
                                .unstarted(() -> close(name, running, ended)));
        ended.await();
        return 0;
    }

    // Vert.x throws the checked exceptions of its futures without declaring them.
    private static AutoCloseable start(String name, Part part) throws Exception {
        try {
            return part.start();
        } catch (IOException | UncheckedIOException | IllegalStateException refused) {
            log.error("{} cannot start: {}", name, refused.getMessage());
            log.debug("where it failed", refused);
            throw new Failure("%s cannot start: %s".formatted(name, refused.getMessage()), refused);
        }
    }

    private static void close(String name, AutoCloseable running, CountDownLatch ended) {
        try {
            running.close();
            log.info("{} stopped", name);
        } catch (Exception failure) {
            log.error("{} did not stop cleanly", name, failure);
        } finally {
            ended.countDown();
        }
    }

    /** Only what "gantry up" starts is told of such a file; "gantry chaos clock-skew" writes it. */
    static void followClockOffset(Settings settings) {
        String file = settings.raw("CLOCK_OFFSET_FILE");
        if (file != null) {
            ClockOffset.follow(Path.of(file));
        }
    }

    static void applyLogLevel(Settings settings) {
        String level = settings.text("LOG_LEVEL", "info");
        Level known = Level.toLevel(level.toUpperCase(Locale.ROOT), null);
        if (known == null) {
            throw new Failure("log-level must be one of trace, debug, info, warn, error");
        }
        var root = LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ((ch.qos.logback.classic.Logger) root).setLevel(known);
    }
}
