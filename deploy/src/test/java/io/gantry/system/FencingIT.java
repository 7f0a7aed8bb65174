package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.system.Lives.Life;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * Whatever becomes of the worker of a task that is replaced elsewhere: the copy there has ended
 * before the new one begins, and stays ended when the worker is back.
 */
final class FencingIT {
    @TempDir private static Path directory;
    private static @Nullable ContainerCluster cluster;
    private static @Nullable Singleton singleton;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no container engine");
        TestImage.build(TestImage.engine(), directory.resolve("image"));
        Images.make(directory);
        ContainerCluster started = ContainerCluster.start(directory);
        cluster = started;
        singleton = Singleton.start(started, Files.createDirectory(directory.resolve("shared")));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void twoCopiesNeverLiveWhateverBecomesOfAWorker(Fault fault) {
        ContainerCluster whole = Objects.requireNonNull(cluster);
        Singleton service = Objects.requireNonNull(singleton);
        Task before = service.awaitRunning();
        service.awaitMoreCopiesThan(0);
        int known = service.lives().lives().size();
        Member worker = service.workerOf(before);

        fault.inflict(worker);
        Task after = service.awaitReplacementOf(before);
        service.awaitMoreCopiesThan(known);
        assertThat(service.workerOf(after).name()).isNotEqualTo(worker.name());

        fault.heal(worker);
        whole.awaitWhole();
        Life newest = service.lives().lives().getLast();
        Patiently.awaitTrue(
                "the newest copy lives on",
                () -> service.lives().lives().getLast().last() > newest.last() + 100);
        assertThat(whole.runningTasks(Singleton.FAMILY)).hasSize(1);
        assertThat(service.lives().overlaps()).isEmpty();
    }
}
