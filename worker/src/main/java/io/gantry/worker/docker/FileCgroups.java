package io.gantry.worker.docker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Cgroups made in the kernel's own file system, for engines with the driver {@code cgroupfs}. They
 * are called {@code /ecs/<task id>} as those of Amazon's agent.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">cgroup v2</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/">cgroup v1</a>
 */
final class FileCgroups implements CgroupTree {
    private static final String TASKS = "ecs";
    private static final String CONTROLLERS = "+cpu +memory";

    private final Path root;
    private final boolean unified;

    /**
     * Works below {@code root}.
     *
     * @param unified whether it is version 2, with one tree for all controllers
     */
    FileCgroups(Path root, boolean unified) {
        this.root = root;
        this.unified = unified;
    }

    @Override
    public String parent(String taskId) {
        return "/" + TASKS + '/' + taskId;
    }

    @Override
    public String common() {
        return "/" + TASKS;
    }

    @Override
    public void make(String taskId, TaskLimits limits) throws IOException {
        if (unified) {
            makeUnified(taskId, limits);
        } else {
            makeOfController(taskId, limits);
        }
    }

    private void makeUnified(String taskId, TaskLimits limits) throws IOException {
        Path tasks = Files.createDirectories(root.resolve(TASKS));
        write(root, "cgroup.subtree_control", CONTROLLERS);
        write(tasks, "cgroup.subtree_control", CONTROLLERS);
        Path cgroup = Files.createDirectories(tasks.resolve(taskId));
        long quota = limits.quotaMicros();
        write(cgroup, "cpu.max", (quota < 0 ? "max" : quota) + " " + TaskLimits.PERIOD_MICROS);
        write(cgroup, "cpu.weight", limits.weight());
        write(cgroup, "memory.max", limits.memoryBytes() > 0 ? limits.memoryBytes() : "max");
    }

    private void makeOfController(String taskId, TaskLimits limits) throws IOException {
        Path cpu = Files.createDirectories(root.resolve("cpu").resolve(TASKS).resolve(taskId));
        write(cpu, "cpu.shares", limits.shares());
        write(cpu, "cpu.cfs_period_us", TaskLimits.PERIOD_MICROS);
        write(cpu, "cpu.cfs_quota_us", limits.quotaMicros());
        Path memory =
                Files.createDirectories(root.resolve("memory").resolve(TASKS).resolve(taskId));
        Path hierarchy = memory.resolve("memory.use_hierarchy");
        if (Files.exists(hierarchy) && Files.readString(hierarchy).strip().equals("0")) {
            write(memory, "memory.use_hierarchy", 1);
        }
        write(
                memory,
                "memory.limit_in_bytes",
                limits.memoryBytes() > 0 ? limits.memoryBytes() : -1);
    }

    private static void write(Path cgroup, String file, Object value) throws IOException {
        Files.writeString(cgroup.resolve(file), value.toString());
    }

    /**
     * Engines make the cgroup of a container, and with it its parents, for every controller; some
     * leave those of ended containers behind.
     */
    @Override
    public void remove(String taskId) throws IOException {
        for (Path tree : trees()) {
            Path cgroup = tree.resolve(TASKS).resolve(taskId);
            if (Files.exists(cgroup)) {
                removeEmpty(cgroup);
            }
        }
    }

    /** The files in it are the kernel's and go with it; a process in it keeps it. */
    private static void removeEmpty(Path cgroup) throws IOException {
        try (DirectoryStream<Path> parts =
                Files.newDirectoryStream(cgroup, part -> Files.isDirectory(part))) {
            for (Path part : parts) {
                removeEmpty(part);
            }
        }
        Files.deleteIfExists(cgroup);
    }

    private List<Path> trees() throws IOException {
        if (unified) {
            return List.of(root);
        }
        List<Path> trees = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
            for (Path tree : all) {
                if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
                    trees.add(tree);
                }
            }
        }
        return trees;
    }
}
