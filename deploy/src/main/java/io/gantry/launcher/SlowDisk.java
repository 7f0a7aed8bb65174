package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Delays what makes sure that data is on the disk, by a tracer that holds the calling threads up.
 * The tracer also costs all other system calls of the process some microseconds. When it ends, also
 * by SIGKILL, the kernel lets the process go on as before.
 */
final class SlowDisk {
    private static final String CALLS = "fsync,fdatasync,msync,sync_file_range,syncfs,sync";
    private static final String TRACER = "TracerPid:";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private SlowDisk() {}

    static void check() {
        if (!Tool.exists("strace")) {
            throw new Failure(
                    "slow-disk needs strace, which is not on this machine. On Debian or Ubuntu:"
                            + " apt-get install strace");
        }
    }

    /** Starts the tracer in a session of its own, out of reach of a Ctrl-C. */
    static ProcessId start(ProcessId process, Duration delay, Path output) {
        long micros = delay.toNanos() / 1_000;
        List<String> command =
                List.of(
                        "setsid",
                        "strace",
                        "-qq",
                        "-f",
                        "-o",
                        "/dev/null",
                        "-e",
                        "signal=none",
                        "-e",
                        "trace=" + CALLS,
                        "-e",
                        "inject=%s:delay_enter=%d".formatted(CALLS, micros),
                        "-p",
                        String.valueOf(process.pid()));
        try {
            Process started =
                    new ProcessBuilder(Tool.located(command))
                            .redirectErrorStream(true)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(output.toFile())
                            .start();
            ProcessId tracer = ProcessId.of(started.pid());
            if (tracer == null) {
                throw new Failure("strace ended at once: " + Files.readString(output).strip());
            }
            return tracer;
        } catch (IOException refused) {
            throw new Failure("strace cannot start: " + refused.getMessage(), refused);
        }
    }

    /** Returns once every thread is held up by the tracer. */
    static void awaitAttached(ProcessId process, ProcessId tracer, Path output) {
        String attached =
                Patience.await(LIMIT, () -> !tracer.runs() || isTraced(process) ? "yes" : null);
        if (attached == null || !tracer.runs()) {
            String words = String.join(" ", LogFile.lastLines(output, 3));
            throw new Failure(
                    "strace could not take hold of pid %d: %s".formatted(process.pid(), words));
        }
    }

    private static boolean isTraced(ProcessId process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("status")).contains(TRACER + "\t0\n")) {
                    return false;
                }
            }
            return true;
        } catch (IOException threadEnded) {
            return false;
        }
    }

    /** Ends the tracer of a process, if it has one. */
    static void release(ProcessId process) {
        ProcessId tracer = process.runs() ? tracer(process) : null;
        if (tracer == null) {
            return;
        }
        tracer.terminate();
        if (Patience.await(LIMIT, () -> tracer.runs() ? null : "ended") == null) {
            tracer.kill();
        }
    }

    private static @Nullable ProcessId tracer(ProcessId process) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith(TRACER)) {
                    long pid = Long.parseLong(line.substring(TRACER.length()).strip());
                    return pid == 0 || !name(pid).equals("strace") ? null : ProcessId.of(pid);
                }
            }
            return null;
        } catch (IOException gone) {
            return null;
        }
    }

    private static String name(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
    }
}
