package io.gantry.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What one process used from its start to its end. Within a minute it has made its pools and loaded
 * its classes; from then on what it uses has to stay, but for what a leader needs more than a
 * follower, and connections that come and go with other processes.
 */
final class ProcessLife {
    private static final Duration WARM_UP = Duration.ofSeconds(45);
    private static final int LEAST_SAMPLES = 12;
    private static final int MORE_THREADS = 16;
    private static final int MORE_FILES = 32;

    // Heap, and what the JVM has beside it: classes, compiled code, stacks, buffers.
    private static final int MOST_MIB_OF_NODE = 512 + 320;
    private static final int MOST_MIB_OF_WORKER = 128 + 128;

    private final String name;
    private final long pid;
    private final List<ProcessSample> samples = new ArrayList<>();

    ProcessLife(String name, long pid) {
        this.name = name;
        this.pid = pid;
    }

    /** In the order of their times. */
    synchronized void add(ProcessSample sample) {
        samples.add(sample);
    }

    /** What it used more of at the end than in the beginning, beyond what has its reasons. */
    synchronized List<String> growth() {
        List<ProcessSample> warm = warm();
        if (warm.size() < LEAST_SAMPLES) {
            return List.of();
        }
        List<String> growth = new ArrayList<>();
        if (increase(warm, ProcessSample::threads) > MORE_THREADS) {
            growth.add("threads of " + this);
        }
        if (increase(warm, ProcessSample::files) > MORE_FILES) {
            growth.add("files of " + this);
        }
        return growth;
    }

    private List<ProcessSample> warm() {
        long start = samples.getFirst().atNanos() + WARM_UP.toNanos();
        return samples.stream().filter(sample -> sample.atNanos() >= start).toList();
    }

    private static int increase(List<ProcessSample> all, ToIntFunction<ProcessSample> figure) {
        int third = all.size() / 3;
        return median(all.subList(all.size() - third, all.size()), figure)
                - median(all.subList(0, third), figure);
    }

    private static int median(List<ProcessSample> some, ToIntFunction<ProcessSample> figure) {
        return some.stream().mapToInt(figure).sorted().skip(some.size() / 2).findFirst().orElse(0);
    }

    synchronized boolean isExcessive() {
        int most = name.startsWith("n") ? MOST_MIB_OF_NODE : MOST_MIB_OF_WORKER;
        return samples.stream().anyMatch(sample -> sample.residentMib() > most);
    }

    @Override
    public synchronized String toString() {
        ProcessSample last = samples.getLast();
        List<ProcessSample> warm = warm();
        ProcessSample first = warm.isEmpty() ? last : warm.getFirst();
        return "%s %7d for %4d s: %d to %d MiB, %d to %d threads, %d to %d files"
                .formatted(
                        name,
                        pid,
                        Duration.ofNanos(last.atNanos() - samples.getFirst().atNanos()).toSeconds(),
                        first.residentMib(),
                        last.residentMib(),
                        first.threads(),
                        last.threads(),
                        first.files(),
                        last.files());
    }
}
