package io.gantry.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at memory, threads and files of an installation's processes every now and then. */
final class ProcessWatch implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final SoakInstallation installation;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, ProcessLife> lives = new TreeMap<>();
    private final Future<?> looking;

    /** Begins at once. */
    ProcessWatch(SoakInstallation installation) {
        this.installation = installation;
        looking =
                timer.scheduleAtFixedRate(
                        this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        List<String> names =
                Stream.of(SoakInstallation.NODES, SoakInstallation.WORKERS)
                        .flatMap(List::stream)
                        .toList();
        for (String name : names) {
            try {
                long pid = installation.pid(name);
                ProcessSample sample =
                        ProcessSample.of(Path.of("/proc", String.valueOf(pid)), System.nanoTime());
                add(name, pid, sample);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }

    private synchronized void add(String name, long pid, @Nullable ProcessSample sample) {
        if (sample != null) {
            lives.computeIfAbsent(name + " " + pid, _ -> new ProcessLife(name, pid)).add(sample);
        }
    }

    private synchronized List<ProcessLife> lives() {
        return List.copyOf(lives.values());
    }

    /** Which lives used more and more of something, and how much. */
    List<String> growth() {
        if (looking.isDone()) {
            throw new AssertionError("nobody looks any more", looking.exceptionNow());
        }
        var growth = new ArrayList<String>();
        lives().forEach(life -> growth.addAll(life.growth()));
        return growth;
    }

    /** Which lives used more memory than the program is given. */
    List<String> excess() {
        return lives().stream().filter(ProcessLife::isExcessive).map(Object::toString).toList();
    }

    @Override
    public String toString() {
        var text =
                new StringBuilder(
                        "processes, first and last of each life after its start:%n".formatted());
        lives().forEach(life -> text.append("  %s%n".formatted(life)));
        return text.toString();
    }

    @Override
    public void close() {
        timer.close();
    }
}
