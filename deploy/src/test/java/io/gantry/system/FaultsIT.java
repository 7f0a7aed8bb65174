package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import io.gantry.system.ContainerCluster.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * What can befall the packaged images of three nodes and three workers, under a steady load of four
 * clients and with a singleton that is replaced when its worker is lost. After each fault the
 * cluster is whole again, what the clients saw is linearizable, and no two copies of the singleton
 * have lived at the same time.
 *
 * <p>Each fault happens once or a few times; {@code -Dgantry.system=full} is for twenty kills and
 * ten pauses.
 */
final class FaultsIT {
    private static final boolean FULL = "full".equals(System.getProperty("gantry.system"));
    private static final int KILLS = FULL ? 20 : 3;
    private static final int PAUSES = FULL ? 10 : 2;

    private static final long SEED = 20_261_122;
    private static final AtomicInteger LOADS = new AtomicInteger();

    @TempDir private static Path directory;
    private static @Nullable ContainerCluster started;
    private static @Nullable Singleton singleton;
    private @Nullable SteadyLoad load;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no container engine");
        assumeTrue(Images.canBeMade(), "no docker command");
        try (DockerClient engine = TestImage.engine()) {
            TestImage.build(engine, directory.resolve("image"));
        }
        Images.make(directory);
        ContainerCluster cluster = ContainerCluster.start(directory);
        started = cluster;
        singleton = Singleton.start(cluster, Files.createDirectory(directory.resolve("shared")));
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    @BeforeEach
    void begin() {
        load = SteadyLoad.start(cluster().target(LOADS.incrementAndGet()), SEED);
    }

    @AfterEach
    void nothingWentWrong(TestInfo test) {
        try (SteadyLoad clients = Objects.requireNonNull(load)) {
            clients.check();
            System.out.printf("%s: %s%n", test.getDisplayName(), clients.figures());
        }
        assertThat(singleton().lives().overlaps()).isEmpty();
    }

    private static ContainerCluster cluster() {
        return Objects.requireNonNull(started);
    }

    private static Singleton singleton() {
        return Objects.requireNonNull(singleton);
    }

    @Test
    void anotherNodeLeadsWhenTheLeaderIsKilled() {
        for (int i = 0; i < KILLS; i++) {
            anotherLeaderAfter(Fault.KILL);
        }
    }

    @Test
    void anotherNodeLeadsWhenTheLeaderIsPaused() {
        for (int i = 0; i < PAUSES; i++) {
            anotherLeaderAfter(Fault.PAUSE);
        }
    }

    /** The clients still reach it: it may not tell them what it no longer knows. */
    @Test
    void aLeaderThatIsCutOffServesNobody() {
        anotherLeaderAfter(Fault.CUT_OFF);
    }

    private static void anotherLeaderAfter(Fault fault) {
        Node leader = cluster().awaitLeader();
        try (var _ = fault.inflict(leader.member())) {
            cluster().awaitLeaderOtherThan(leader);
            assertThat(cluster().api.isReady(leader.url())).isFalse();
            cluster().api.write();
        }
        cluster().awaitWhole();
    }

    @Test
    void aMinorityThatIsCutOffServesNobody() {
        Node leader = cluster().awaitLeader();
        Node minority = cluster().followers().getFirst();
        try (var _ = Fault.CUT_OFF.inflict(minority.member())) {
            Patiently.awaitTrue("the minority knows", () -> !cluster().api.isReady(minority.url()));
            cluster().api.write();
            assertThat(cluster().awaitLeader()).isEqualTo(leader);
        }
        cluster().awaitWhole();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aWorkerThatIsLostIsReplaced(Fault fault) {
        Task before = singleton().awaitRunning();
        singleton().awaitMoreCopiesThan(0);
        int known = singleton().lives().lives().size();
        Member worker = singleton().workerOf(before);

        try (var _ = fault.inflict(worker)) {
            Task after = singleton().awaitReplacementOf(before);
            singleton().awaitMoreCopiesThan(known);
            assertThat(singleton().workerOf(after)).isNotEqualTo(worker);
        }
        cluster().awaitWhole();
        singleton().awaitNewestLivesOn();
    }

    @Test
    void everythingIsThereAfterThePowerFailed() {
        ContainerCluster all = cluster();
        List<Member> members =
                Stream.concat(all.nodes.stream().map(Node::member), all.workers.stream()).toList();
        members.forEach(Member::kill);
        members.forEach(Member::startAgain);
        all.awaitWhole();
        all.api.write();
        singleton().awaitRunning();
        singleton().awaitNewestLivesOn();
    }

    @Test
    void theOthersServeWhileADiskIsFull() {
        ContainerCluster all = cluster();
        Node full = all.node(SmallDisk.NODE);
        try (var _ = all.smallDisk.fill()) {
            Patiently.awaitTrue(
                    "the node tells that its disk is full",
                    () -> {
                        all.api.writeMuch();
                        return SmallDisk.isTold(full.member().getLogs());
                    });
            all.api.write();
            assertThat(all.awaitLeader()).isNotEqualTo(full);
        }
        full.member().restart();
        all.awaitWhole();
    }

    @Test
    void allMembersAreUpgradedOneAfterTheOther() {
        ContainerCluster all = cluster();
        Node leader = all.awaitLeader();
        Stream.concat(all.followers().stream(), Stream.of(leader))
                .forEach(
                        node -> {
                            node.member().upgrade("next");
                            all.awaitWhole();
                        });
        all.workers.forEach(
                worker -> {
                    worker.upgrade("next");
                    all.awaitWhole();
                });
        singleton().awaitNewestLivesOn();
    }
}
