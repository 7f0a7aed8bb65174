package io.gantry.worker.docker;

import io.gantry.common.acs.AcsTask;

/**
 * What all containers of a task may use together.
 *
 * @param vcpus processors at most, 0 for no limit
 * @param shares weight against other tasks, in the scale of cgroup version 1
 * @param memoryBytes 0 for no limit
 */
record TaskLimits(double vcpus, long shares, long memoryBytes) {
    static final long PERIOD_MICROS = 100_000;
    private static final long LOWEST_QUOTA_MICROS = 1_000;
    private static final int SHARES_OF_CPU = 1024;
    private static final long LOWEST_SHARES = 2;
    private static final long MOST_SHARES = 262_144;

    /** A task without a limit of its own weighs as much as its containers together. */
    static TaskLimits of(AcsTask task) {
        Double cpu = task.cpu();
        Integer memory = task.memory();
        double vcpus = cpu == null ? 0 : cpu;
        long ofContainers =
                task.containers().stream()
                        .mapToLong(
                                one -> Math.max(LOWEST_SHARES, one.cpu() == null ? 0 : one.cpu()))
                        .sum();
        long shares = vcpus > 0 ? Math.round(vcpus * SHARES_OF_CPU) : ofContainers;
        return new TaskLimits(
                vcpus,
                Math.clamp(shares, LOWEST_SHARES, MOST_SHARES),
                memory == null ? 0 : (long) memory << 20);
    }

    /** Processor time per {@link #PERIOD_MICROS}; -1 for no limit. */
    long quotaMicros() {
        return vcpus > 0 ? Math.max(LOWEST_QUOTA_MICROS, Math.round(vcpus * PERIOD_MICROS)) : -1;
    }

    /** The weight in the scale of cgroup version 2, converted as container runtimes do. */
    long weight() {
        return 1 + (shares - LOWEST_SHARES) * 9_999 / (MOST_SHARES - LOWEST_SHARES);
    }
}
