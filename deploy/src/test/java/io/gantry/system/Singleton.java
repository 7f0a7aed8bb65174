package io.gantry.system;

import io.gantry.system.Lives.Life;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.MountPoint;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.Volume;

/**
 * A service of one task that is replaced when its worker is lost, but of which two copies must
 * never run. Each copy records its life in a file that all of them share.
 */
final class Singleton {
    static final String FAMILY = "singleton";
    private static final String LOST_AFTER = "10s";
    private static final String RECORD_LIFE =
            "while :; do read up idle </proc/uptime; echo \"$HOSTNAME $up\" >>/lives/lives;"
                    + " busybox sleep 0.1; done";

    private static final long MOMENT_CENTIS = 100;

    private final ContainerCluster cluster;
    private final Path lives;

    private Singleton(ContainerCluster cluster, Path lives) {
        this.cluster = cluster;
        this.lives = lives;
    }

    /**
     * Creates the service, and waits until its task runs.
     *
     * @param directory that the copies write to
     */
    static Singleton start(ContainerCluster cluster, Path directory) throws IOException {
        Path lives = Files.createFile(directory.resolve("lives"));
        Api api = cluster.api;
        var container =
                ContainerDefinition.builder()
                        .name("one")
                        .image(TestImage.NAME)
                        .memory(16)
                        .command("sh", "-c", RECORD_LIFE)
                        .mountPoints(
                                MountPoint.builder()
                                        .sourceVolume("lives")
                                        .containerPath("/lives")
                                        .build())
                        .build();
        var volume =
                Volume.builder()
                        .name("lives")
                        .host(host -> host.sourcePath(directory.toString()))
                        .build();
        api.ask(
                ecs ->
                        ecs.registerTaskDefinition(
                                r ->
                                        r.family(FAMILY)
                                                .containerDefinitions(container)
                                                .volumes(volume)));
        api.ask(
                ecs ->
                        ecs.createService(
                                r ->
                                        r.cluster(api.cluster())
                                                .serviceName(FAMILY)
                                                .taskDefinition(FAMILY)
                                                .desiredCount(1)
                                                .clientToken(FAMILY)
                                                .deploymentConfiguration(
                                                        d ->
                                                                d.minimumHealthyPercent(0)
                                                                        .maximumPercent(100))
                                                .tags(
                                                        Tag.builder()
                                                                .key("gantry:lost-after")
                                                                .value(LOST_AFTER)
                                                                .build())));
        Singleton singleton = new Singleton(cluster, lives);
        singleton.awaitRunning();
        return singleton;
    }

    /** Waits until its task runs, and says which one it is. */
    Task awaitRunning() {
        return Patiently.await("the singleton runs", this::running);
    }

    /** Waits until a task runs that is not {@code other}. */
    Task awaitReplacementOf(Task other) {
        return Patiently.await(
                "another copy of the singleton runs",
                () -> {
                    Task task = running();
                    return task == null || task.taskArn().equals(other.taskArn()) ? null : task;
                });
    }

    private @Nullable Task running() {
        Api api = cluster.api;
        List<String> arns =
                api.ask(ecs -> ecs.listTasks(r -> r.cluster(api.cluster()).serviceName(FAMILY)))
                        .taskArns();
        return arns.isEmpty()
                ? null
                : api
                        .ask(ecs -> ecs.describeTasks(r -> r.cluster(api.cluster()).tasks(arns)))
                        .tasks()
                        .stream()
                        .filter(task -> task.lastStatus().equals("RUNNING"))
                        .findFirst()
                        .orElse(null);
    }

    /** The worker that a task was placed on. */
    Member workerOf(Task task) {
        return cluster.worker(cluster.api.workerName(task.containerInstanceArn()));
    }

    /** Waits until a copy has recorded that it lives, beyond the {@code known} ones. */
    void awaitMoreCopiesThan(int known) {
        Patiently.awaitTrue("a new copy records its life", () -> lives().lives().size() > known);
    }

    /** Waits until exactly one copy runs, and has done so for a moment since this was called. */
    void awaitNewestLivesOn() {
        Patiently.awaitTrue(
                "one copy runs",
                () -> cluster.runningTasks(FAMILY).size() == 1 && running() != null);
        Life newest = lives().lives().getLast();
        Patiently.awaitTrue(
                "the newest copy lives on",
                () -> lives().lives().getLast().last() > newest.last() + MOMENT_CENTIS);
    }

    Lives lives() {
        try {
            return Lives.parse(Files.readString(lives));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
