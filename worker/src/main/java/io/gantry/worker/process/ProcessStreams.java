package io.gantry.worker.process;

import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.OtherEnd;
import io.gantry.worker.runtime.OtherEnd.Output;
import io.gantry.worker.runtime.ProcessGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs of processes from the files that they write, and commands beside them: in the same
 * directory, with the same environment.
 */
final class ProcessStreams implements ContainerStreams {
    private static final Logger log = LoggerFactory.getLogger(ProcessStreams.class);
    private static final Duration STEP = Duration.ofMillis(200);
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Duration LATE_OUTPUT = Duration.ofSeconds(1);
    private static final int PART_BYTES = 32 << 10;

    private final Path directory;

    ProcessStreams(Path directory) {
        this.directory = directory;
    }

    @Override
    public boolean terminals() {
        return false;
    }

    private static ProcessSpec spec(ProcessDirectory place) throws IOException {
        ProcessSpec spec = place.spec();
        if (spec == null) {
            throw new IOException("The container has been removed from the machine.");
        }
        return spec;
    }

    @Override
    public void logs(String runtimeId, LogsAsk ask, OtherEnd other) throws IOException {
        var place = new ProcessDirectory(directory.resolve(runtimeId));
        ProcessSpec spec = spec(place);
        if (ask.timestamps() || ask.sinceSeconds() != null) {
            throw new IOException(
                    "The output of plain processes has no timestamps; ask without --timestamps and --since.");
        }
        List<OutputFile> files =
                Stream.of(Output.STDOUT, Output.STDERR)
                        .map(output -> new OutputFile(place, output))
                        .toList();
        try {
            for (OutputFile file : files) {
                file.begin(ask.tail(), other);
            }
            while (ask.follow() && !other.hasLeft()) {
                boolean runs = runs(place, spec);
                boolean news = false;
                for (OutputFile file : files) {
                    news |= file.copyNew(other);
                }
                if (!news && !runs) {
                    return;
                }
                if (!news) {
                    LockSupport.parkNanos(STEP.toNanos());
                }
            }
        } catch (IOException failure) {
            if (!other.hasLeft()) {
                throw failure;
            }
        }
    }

    private static boolean runs(ProcessDirectory place, ProcessSpec spec) {
        ProcStat began = place.began();
        return place.exit() == null
                && (began == null || new WatchedProcess(place, spec, began).runs());
    }

    @Override
    public int exec(String runtimeId, ExecAsk ask, OtherEnd other)
            throws IOException, InterruptedException {
        var place = new ProcessDirectory(directory.resolve(runtimeId));
        ProcessSpec spec = spec(place);
        if (ask.tty()) {
            throw new IOException("Plain processes have no terminals; ask without.");
        }
        if (!place.launched() || !runs(place, spec)) {
            throw new IOException("The container does not run.");
        }
        Process process = start(place, spec, ask.command());
        other.onLeft(() -> hangUp(process));
        Thread.startVirtualThread(() -> type(other, process.getOutputStream()));
        Thread errors =
                Thread.startVirtualThread(
                        () -> copy(process.getErrorStream(), Output.STDERR, other));
        Thread output =
                Thread.startVirtualThread(
                        () -> copy(process.getInputStream(), Output.STDOUT, other));
        int code = process.waitFor();
        // What the command has left behind may hold its output open for ever.
        output.join(LATE_OUTPUT);
        errors.join(LATE_OUTPUT);
        return code;
    }

    /** In a session of its own, so that all of it can be ended. */
    private static Process start(ProcessDirectory place, ProcessSpec spec, List<String> command)
            throws IOException {
        String chosen = spec.workingDirectory();
        Path work = chosen == null ? place.path().resolve("work") : Path.of(chosen);
        ProcessBuilder builder =
                new ProcessBuilder(Stream.concat(Stream.of("setsid"), command.stream()).toList())
                        .directory(work.toFile());
        builder.environment().clear();
        builder.environment().putAll(spec.environment());
        return builder.start();
    }

    private static void copy(InputStream from, Output output, OtherEnd other) {
        byte[] part = new byte[PART_BYTES];
        try {
            int length = from.read(part);
            while (length >= 0) {
                other.write(output, part, length);
                length = from.read(part);
            }
        } catch (IOException ended) {
            log.atDebug().setCause(ended).log("output of a command ended early");
        }
    }

    private static void type(OtherEnd other, OutputStream into) {
        byte[] part = new byte[PART_BYTES];
        InputStream input = other.input();
        try (into) {
            int length = input.read(part);
            while (length >= 0) {
                into.write(part, 0, length);
                into.flush();
                length = input.read(part);
            }
        } catch (IOException ended) {
            log.atDebug().setCause(ended).log("a command takes no more input");
        }
    }

    private static void hangUp(Process process) {
        try {
            signal("HUP", process);
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                signal("KILL", process);
            }
        } catch (IOException failure) {
            log.atInfo().addKeyValue("error", failure.getMessage()).log("a command may run on");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void signal(String name, Process process)
            throws IOException, InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        ProcessGroup.signal(process.pid(), name);
    }
}
