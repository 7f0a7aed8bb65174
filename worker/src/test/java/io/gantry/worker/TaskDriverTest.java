package io.gantry.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.common.time.Clock;
import io.gantry.common.time.VirtualTime;
import io.gantry.worker.core.Agent;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentSettings;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.core.TaskReport;
import io.gantry.worker.core.TaskStatus;
import io.gantry.worker.endpoints.CredentialStore;
import io.gantry.worker.fence.BootTime;
import io.gantry.worker.fence.Fence;
import io.gantry.worker.journal.Journal;
import io.gantry.worker.runtime.ContainerRuntime;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver with a disk that is full for a while and a clock that is set. */
final class TaskDriverTest {
    private static final String ARN = "arn:aws:ecs:us-east-1:1:task/demo/t1";
    private static final ContainerKey KEY = new ContainerKey(ARN, "web");

    @TempDir Path directory;
    private final VirtualTime time = new VirtualTime();
    private final List<String> orders = new ArrayList<>();
    private final List<TaskReport> reports = new ArrayList<>();
    private long clockAheadMillis;
    private @Nullable Journal journal;
    private @Nullable TaskDriver driver;

    /** The virtual clock, set ahead or back. */
    private final Clock clock =
            new Clock() {
                @Override
                public long nowMillis() {
                    return time.nowMillis() + clockAheadMillis;
                }

                @Override
                public long nanoTime() {
                    return time.nanoTime();
                }
            };

    @BeforeEach
    void start() {
        open(directory);
    }

    private void open(Path place) {
        Journal opened = Journal.open(place, "demo", new Random(1));
        journal = opened;
        driver =
                new TaskDriver(
                        new Agent(AgentSettings.usual()),
                        opened,
                        runtime(),
                        new CredentialStore(),
                        clock,
                        time,
                        null);
        driver().reportTo(reports::add, _ -> {});
    }

    @AfterEach
    void stop() {
        journal().close();
    }

    private Journal journal() {
        return Check.present(journal, "journal");
    }

    private TaskDriver driver() {
        return Check.present(driver, "driver");
    }

    /** Remembers the names of the orders it is given. */
    private ContainerRuntime runtime() {
        return (ContainerRuntime)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ContainerRuntime.class},
                        (_, method, _) -> {
                            orders.add(method.getName());
                            return method.getName().equals("guardTarget") ? "process /c1" : null;
                        });
    }

    private void happen(AgentEvent event) {
        driver().post(event);
        time.settle();
    }

    private void run() {
        // Longer than a page of a disk, so that a full one has no room for it.
        AcsContainer web =
                AcsContainer.of("web", "busybox")
                        .environment(Map.of("LONG", "x".repeat(10_000)))
                        .build();
        driver().assign(List.of(AcsTask.run(ARN, "web", "1").containers(List.of(web)).build()));
        happen(new AgentEvent.Pulled(KEY, null));
        happen(new AgentEvent.Created(KEY, "c1"));
        happen(
                new AgentEvent.Started(
                        KEY,
                        new RuntimeFacts("c1", null, null, List.of(), null, clock.nowMillis())));
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** Writes until nothing more fits. */
    private static Path fill(Path disk) throws IOException {
        Path filler = disk.resolve("filler");
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return filler;
    }

    @Test
    void whatTheRuntimeSaysOnceSurvivesAFullDisk(@TempDir Path disk) throws Exception {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "only root can mount a small disk");
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString());
        try {
            journal().close();
            open(disk);
            run();
            assertThat(reports).extracting(TaskReport::status).containsExactly(TaskStatus.RUNNING);
            driver().reportAcknowledged(ARN, 1);
            Path filler = fill(disk);
            happen(new AgentEvent.Exited(KEY, new Exit(3, null, clock.nowMillis())));
            time.advance(Duration.ofSeconds(5));
            assertThat(reports).as("nothing is told that is not remembered").hasSize(1);
            Files.delete(filler);
            time.advance(Duration.ofSeconds(2));

            assertThat(reports).hasSize(2);
            assertThat(reports.getLast().containers().getFirst().exitCode()).isEqualTo(3);
            journal().close();
            try (Journal after = Journal.open(disk, "demo", new Random(2))) {
                assertThat(after.state().tasks().get(ARN))
                        .isEqualTo(driver().state().tasks().get(ARN));
            }
        } finally {
            journal().close();
            run("umount", disk.toString());
        }
    }

    private long bootCentis = 100_000;

    private Fence fence(Path place) {
        var boot =
                new BootTime() {
                    @Override
                    public long centis() {
                        return bootCentis;
                    }

                    @Override
                    public String boot() {
                        return "boot";
                    }
                };
        return new Fence(place, boot, () -> {});
    }

    private TaskDriver leased(Fence fence) {
        var leased =
                new TaskDriver(
                        new Agent(AgentSettings.usual()),
                        journal(),
                        runtime(),
                        new CredentialStore(),
                        clock,
                        time,
                        fence);
        leased.reportTo(reports::add, _ -> {});
        driver = leased;
        AcsContainer web = AcsContainer.of("web", "busybox").build();
        leased.assign(
                List.of(
                        AcsTask.run(ARN, "web", "1")
                                .containers(List.of(web))
                                .leaseMillis(54_000L)
                                .build()));
        happen(new AgentEvent.Pulled(KEY, null));
        happen(new AgentEvent.Created(KEY, "c1"));
        return leased;
    }

    @Test
    void aTaskThatNeedsALeaseBeginsOnceThereIsOneAndNotUnguarded() {
        TaskDriver leased = leased(fence(directory.resolve("fence")));
        assertThat(orders).doesNotContain("start");
        long stamp = leased.leaseStamp();
        bootCentis += 6_000;
        leased.leaseRenewed(stamp);
        assertThat(orders).as("that lease is over").doesNotContain("start");
        leased.leaseRenewed(leased.leaseStamp());
        assertThat(orders).containsOnlyOnce("start");
        assertThat(directory.resolve("fence/tasks/t1.web")).isRegularFile();
    }

    @Test
    void aTaskThatIsStoppedWhileItWaitsForALeaseNeverBegins() {
        TaskDriver leased = leased(fence(directory.resolve("fence")));
        leased.assign(List.of(AcsTask.stop(ARN)));
        time.settle();
        assertThat(reports).extracting(TaskReport::status).containsExactly(TaskStatus.STOPPED);
        leased.leaseRenewed(leased.leaseStamp());
        assertThat(orders).doesNotContain("start");
    }

    /** A driver whose leased task runs. */
    private TaskDriver running() {
        TaskDriver leased = leased(fence(directory.resolve("fence")));
        leased.leaseRenewed(leased.leaseStamp());
        happen(
                new AgentEvent.Started(
                        KEY,
                        new RuntimeFacts("c1", null, null, List.of(), null, clock.nowMillis())));
        return leased;
    }

    @Test
    void whatWasEndedFromOutsideIsReportedWithItsReasonHoweverTheNewsArrive() {
        TaskDriver leased = running();
        leased.reportAcknowledged(ARN, 1);
        time.settle();
        // The worker was paused for a minute; the first it hears of is the end of its container.
        bootCentis += 6_000;
        happen(new AgentEvent.Exited(KEY, new Exit(137, null, clock.nowMillis())));
        assertThat(reports.getLast().status()).isEqualTo(TaskStatus.STOPPED);
        assertThat(reports.getLast().reason()).isEqualTo(AcsTask.LEASE_EXPIRED);
        assertThat(directory.resolve("fence/tasks")).isEmptyDirectory();
    }

    @Test
    void aLeaseThatEndsWhileNothingElseHappensEndsItsTasks() {
        TaskDriver leased = running();
        leased.watchLease();
        bootCentis += 5_399;
        clockAheadMillis = Duration.ofHours(3).toMillis();
        time.advance(Duration.ofSeconds(1));
        assertThat(orders).as("no clock can hurry it").doesNotContain("stop");
        bootCentis += 1;
        time.advance(Duration.ofSeconds(1));
        assertThat(orders).containsOnlyOnce("stop");
    }

    @Test
    void aClockThatIsSetBackDelaysNothing() {
        driver().watchClock();
        run();
        driver().reportAcknowledged(ARN, 1);
        driver().assign(List.of(AcsTask.stop(ARN)));
        happen(new AgentEvent.Failed(KEY, AgentEvent.Stage.STOP, "no"));
        assertThat(orders).filteredOn("stop"::equals).hasSize(1);
        time.advance(Duration.ofSeconds(1));
        clockAheadMillis = -Duration.ofHours(5).toMillis();
        time.advance(Duration.ofSeconds(10));

        assertThat(orders).filteredOn("stop"::equals).hasSize(2);
    }

    @Test
    void aClockThatIsSetAheadHurriesNothing() {
        driver().watchClock();
        run();
        driver().reportAcknowledged(ARN, 1);
        happen(new AgentEvent.Exited(KEY, new Exit(0, null, clock.nowMillis())));
        driver().reportAcknowledged(ARN, 2);
        clockAheadMillis = Duration.ofHours(5).toMillis();
        time.advance(Duration.ofHours(2));
        assertThat(orders).doesNotContain("remove");
        time.advance(Duration.ofHours(2));
        assertThat(orders).contains("remove");
    }
}
