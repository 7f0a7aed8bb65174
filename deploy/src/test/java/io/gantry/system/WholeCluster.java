package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.gantry.common.config.Settings;
import io.gantry.control.ControlPlane;
import io.gantry.control.ControlPlaneConfig;
import io.gantry.worker.WorkerAgent;
import io.gantry.worker.WorkerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Task;

/** A control-plane node and a worker on the engine of this machine, in this process. */
final class WholeCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    final EcsClient ecs;
    final DockerClient engine = TestImage.engine();
    private final ControlPlane plane;
    private final WorkerAgent worker;

    private WholeCluster(EcsClient ecs, ControlPlane plane, WorkerAgent worker) {
        this.ecs = ecs;
        this.plane = plane;
        this.worker = worker;
    }

    /** A cluster with a worker that is ready for tasks. */
    static WholeCluster start(Path directory) throws IOException {
        Path key = directory.resolve("root-credentials");
        Files.writeString(key, Api.CREDENTIALS);
        int port = FreePorts.first(20_000, 10);
        URI url = URI.create("http://127.0.0.1:" + port);
        ControlPlane plane =
                ControlPlane.start(
                        ControlPlaneConfig.from(
                                Settings.of(
                                        null,
                                        Map.of(
                                                "GANTRY_PEERS",
                                                "n1=127.0.0.1:" + port,
                                                "GANTRY_DATA_DIR",
                                                directory.resolve("node").toString(),
                                                "GANTRY_ROOT_CREDENTIALS",
                                                key.toString()))));
        EcsClient ecs = Api.builder(url).build();
        awaitDefaultCluster(ecs);
        Map<String, String> settings = new TreeMap<>();
        settings.put("GANTRY_DATA_DIR", directory.resolve("worker").toString());
        settings.put("GANTRY_ENDPOINTS", url.toString());
        settings.put("GANTRY_ENGINE", "docker");
        settings.put("GANTRY_IMAGE_PULL_BEHAVIOR", "prefer-cached");
        settings.put("GANTRY_ACCESS_KEY_ID", Api.ACCESS_KEY);
        settings.put("GANTRY_SECRET_ACCESS_KEY", Api.SECRET);
        settings.put("GANTRY_METADATA_PORT", "0");
        var cluster =
                new WholeCluster(ecs, plane, WorkerAgent.start(WorkerConfig.from(settings::get)));
        cluster.awaitWorker();
        return cluster;
    }

    /** Also waits until the node leads. */
    private static void awaitDefaultCluster(EcsClient ecs) {
        await(
                () -> {
                    try {
                        return ecs.createCluster(request -> {}).cluster().status();
                    } catch (EcsException early) {
                        return early.getMessage();
                    }
                },
                "ACTIVE"::equals);
    }

    private void awaitWorker() {
        await(
                () -> {
                    List<String> all = ecs.listContainerInstances(r -> {}).containerInstanceArns();
                    return !all.isEmpty()
                            && ecs.describeContainerInstances(r -> r.containerInstances(all))
                                    .containerInstances()
                                    .getFirst()
                                    .agentConnected();
                },
                connected -> connected);
    }

    /** Runs one task of a definition that it registers. */
    Task run(RegisterTaskDefinitionRequest definition) {
        ecs.registerTaskDefinition(definition);
        var answer = ecs.runTask(request -> request.taskDefinition(definition.family()));
        assertThat(answer.failures()).isEmpty();
        return answer.tasks().getFirst();
    }

    Task describe(Task task) {
        return ecs.describeTasks(request -> request.tasks(task.taskArn())).tasks().getFirst();
    }

    Task awaitStatus(Task task, String status) {
        return await(() -> describe(task), seen -> seen.lastStatus().equals(status));
    }

    /** Looks until what is seen is as wanted. */
    static <T> T await(Supplier<T> look, Predicate<T> wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            T seen = look.get();
            if (wanted.test(seen)) {
                return seen;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still " + seen);
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
    }

    @Override
    public void close() throws IOException {
        ecs.listTasks(request -> {}).taskArns().forEach(task -> ecs.stopTask(r -> r.task(task)));
        await(() -> ecs.listTasks(request -> {}).taskArns(), List::isEmpty);
        worker.close();
        ecs.close();
        plane.close();
        engine.close();
    }
}
