package io.gantry.worker.fence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lease in its file, and the guard that acts on it. */
final class FenceTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir private Path directory;
    private long centis = 1_000_000;
    private String boot = "boot-1";
    private int ensured;

    private final BootTime time =
            new BootTime() {
                @Override
                public long centis() {
                    return centis;
                }

                @Override
                public String boot() {
                    return boot;
                }
            };

    private Fence open() {
        return new Fence(directory, time, () -> ensured++);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void aLeaseIsAsOldAsTheHeartbeatThatRenewedIt() {
        Fence fence = open();
        assertThat(fence.ageMillis()).as("never renewed").isGreaterThan(1L << 60);
        long stamp = fence.stamp();
        centis += 300;
        fence.renew(stamp);
        assertThat(fence.ageMillis()).isEqualTo(3_000);
        fence.renew(stamp - 100);
        assertThat(fence.ageMillis()).as("an older answer came late").isEqualTo(3_000);
    }

    @Test
    void aWorkerThatBeginsAnewHasTheLeaseThatItHad() {
        Fence fence = open();
        fence.renew(fence.stamp());
        centis += 1_234;
        assertThat(open().ageMillis()).isEqualTo(12_340);
    }

    @Test
    void nothingIsLeftAfterTheMachineBeganAnew() throws IOException {
        Fence fence = open();
        fence.renew(fence.stamp());
        fence.cover("t.web", 54_000, "process /nowhere");
        boot = "boot-2";
        centis = 500;
        assertThat(open().ageMillis()).isGreaterThan(1L << 60);
        assertThat(directory.resolve("tasks")).isEmptyDirectory();
    }

    @Test
    void theGuardIsSeenToWhileThereIsSomethingToGuard() throws IOException {
        Fence fence = open();
        fence.watch();
        assertThat(ensured).isZero();
        fence.cover("t.web", 54_000, "process /nowhere");
        fence.watch();
        assertThat(ensured).isEqualTo(2);
        fence.uncover("t.web");
        fence.watch();
        assertThat(ensured).isEqualTo(2);
    }

    /** A process with a child, in a session of its own. */
    private Process victim(Path place) throws IOException {
        Process process =
                new ProcessBuilder("setsid", "sh", "-c", "sleep 600 & sleep 600")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Files.createDirectories(place);
        await(() -> process.toHandle().children().count() == 2);
        Files.copy(Path.of("/proc", Long.toString(process.pid()), "stat"), place.resolve("stat"));
        return process;
    }

    @Test
    void theGuardEndsWhatHasNoLeaseAndSparesTheRest() throws Exception {
        BootTime real = BootTime.ofMachine();
        Fence fence = new Fence(directory, real, Guard.shell(directory));
        fence.renew(real.centis());
        Path place = directory.resolve("a place");
        Process brief = victim(place);
        Process lasting = victim(directory.resolve("other"));
        var children = brief.toHandle().children().toList();
        try {
            fence.cover("t2.web", 3_600_000, "process " + directory.resolve("other"));
            fence.cover("t1.web", 2_000, "process " + place);
            Path owner = directory.resolve("guard");
            String guard = Files.readString(owner).strip();
            long kept = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            while (System.nanoTime() < kept) {
                fence.renew(real.centis());
                LockSupport.parkNanos(100_000_000);
            }
            assertThat(brief.isAlive()).as("while the lease is renewed").isTrue();

            assertThat(brief.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            await(() -> children.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(lasting.isAlive()).isTrue();
            assertThat(Files.readString(owner).strip()).as("one guard").isEqualTo(guard);
        } finally {
            brief.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
            brief.destroyForcibly();
            lasting.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
            lasting.destroyForcibly();
            fence.uncover("t1.web");
            fence.uncover("t2.web");
            // It goes by itself when there is nothing left to guard.
            await(() -> !Files.exists(directory.resolve("guard")));
        }
    }
}
