package io.gantry.worker.docker;

import static io.gantry.worker.docker.Engine.config;
import static io.gantry.worker.docker.Engine.hostConfig;
import static io.gantry.worker.docker.Engine.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.HostConfig;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.Association;
import io.gantry.common.check.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who a container is and what it may do. */
@Tag("docker")
final class SecurityTest {
    private static final String CAPABILITIES = "grep CapEff /proc/self/status | cut -f2";

    @RegisterExtension private final Engine engine = new Engine();

    private static long bits(String hex) {
        return Long.parseUnsignedLong(hex.strip(), 16);
    }

    @Test
    void commandEntryPointDirectoryAndVariablesAreWhatWasAskedFor() throws Exception {
        AcsContainer container =
                AcsContainer.of("web", Engine.IMAGE)
                        .entryPoint(List.of("sh", "-c", "echo $0 $1 $A; pwd"))
                        .command(List.of("one", "two"))
                        .environment(Map.of("A", "b = c"))
                        .dockerConfig(config("{\"WorkingDir\":\"/proc\"}"))
                        .build();

        assertThat(engine.output(container).lines()).containsExactly("one two b = c", "/proc");
    }

    @Test
    void usersAreKnownByNameAndNumber() throws Exception {
        AcsContainer byName =
                shell("a", "id -u; id -g").dockerConfig(config("{\"User\":\"app\"}")).build();
        AcsContainer byNumber =
                shell("b", "id -u; id -g").dockerConfig(config("{\"User\":\"7:8\"}")).build();

        assertThat(engine.output(byName).lines()).containsExactly("1234", "1235");
        assertThat(engine.output(byNumber).lines()).containsExactly("7", "8");
    }

    @Test
    void capabilitiesAreAddedAndDropped() throws Exception {
        AcsContainer usual = shell("a", CAPABILITIES).build();
        AcsContainer changed =
                shell("b", CAPABILITIES)
                        .dockerConfig(
                                hostConfig("{\"CapAdd\":[\"SYS_TIME\"],\"CapDrop\":[\"CHOWN\"]}"))
                        .build();
        AcsContainer none =
                shell("c", CAPABILITIES)
                        .dockerConfig(hostConfig("{\"CapDrop\":[\"ALL\"]}"))
                        .build();
        long before = bits(engine.output(usual));

        // CAP_CHOWN is number 0, CAP_SYS_TIME number 25.
        assertThat(before & 1).isOne();
        assertThat(bits(engine.output(changed))).isEqualTo((before & ~1L) | 1L << 25);
        assertThat(bits(engine.output(none))).isZero();
    }

    /** A machine that lacks capabilities itself cannot run privileged containers. */
    private static boolean machineHasEveryCapability() throws IOException {
        int last =
                Integer.parseInt(
                        Files.readString(Path.of("/proc/sys/kernel/cap_last_cap")).strip());
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapBnd:"))
                .allMatch(line -> bits(line.substring(7)) == (1L << (last + 1)) - 1);
    }

    @Test
    void aPrivilegedContainerMayMuchMore() throws Exception {
        assumeTrue(machineHasEveryCapability(), "this machine lacks capabilities itself");
        AcsContainer container =
                shell("web", CAPABILITIES + "; mount -t tmpfs none /data && echo mounted")
                        .dockerConfig(hostConfig("{\"Privileged\":true}"))
                        .build();
        List<String> lines = engine.output(container).lines().toList();

        // CAP_SYS_ADMIN is number 21.
        assertThat(bits(lines.getFirst()) & 1L << 21).isNotZero();
        assertThat(lines).endsWith("mounted");
    }

    @Test
    void securityOptionsReachTheKernel() throws Exception {
        String read = "grep -E 'NoNewPrivs|Seccomp:' /proc/self/status | cut -f2";
        AcsContainer changed =
                shell("a", read)
                        .dockerConfig(
                                hostConfig(
                                        "{\"SecurityOpt\":[\"no-new-privileges\","
                                                + "\"seccomp=unconfined\"]}"))
                        .build();
        AcsContainer usual = shell("b", read).build();

        assertThat(engine.output(changed).lines()).containsExactly("1", "0");
        assertThat(engine.output(usual).lines()).containsExactly("0", "2");
    }

    @Test
    void aTerminalAndAnOpenInputAreThere() throws Exception {
        AcsContainer terminal =
                shell("a", "tty; [ -t 1 ] && echo yes")
                        .dockerConfig(config("{\"Tty\":true}"))
                        .build();
        AcsContainer open =
                shell("b", "timeout 1 cat; echo $?; readlink /proc/self/fd/0 | cut -d: -f1")
                        .dockerConfig(config("{\"OpenStdin\":true}"))
                        .build();
        AcsContainer closed = shell("c", "timeout 1 cat; echo $?").build();

        assertThat(engine.output(terminal).lines().map(String::strip))
                .containsExactly("/dev/pts/0", "yes");
        // Nothing comes from an open input, so its reader is stopped; a closed one ends at once.
        assertThat(engine.output(open).lines()).contains("143", "pipe");
        assertThat(engine.output(closed).strip()).isEqualTo("0");
    }

    @Test
    void labelsOfTheDefinitionAndOursAreThere() throws Exception {
        AcsContainer container =
                shell("web", "true")
                        .dockerConfig(
                                config(
                                        "{\"Labels\":{\"team\":\"a\","
                                                + "\"com.amazonaws.ecs.cluster\":\"forged\"}}"))
                        .build();
        String id = engine.start(container).runtimeId();

        assertThat(engine.inspect(id).getConfig().getLabels())
                .containsEntry("team", "a")
                .containsEntry("com.amazonaws.ecs.task-arn", engine.arn())
                .containsEntry("com.amazonaws.ecs.container-name", "web")
                .containsEntry("com.amazonaws.ecs.task-definition-family", "web")
                .containsEntry("com.amazonaws.ecs.task-definition-version", "1")
                .containsEntry("com.amazonaws.ecs.cluster", "demo");
    }

    @Test
    void whatTheEngineRefusesIsToldInItsWords() throws Exception {
        AcsContainer badUser =
                shell("a", "true").dockerConfig(config("{\"User\":\"nobody-here\"}")).build();
        AcsContainer badCapability =
                shell("b", "true").dockerConfig(hostConfig("{\"CapAdd\":[\"FLYING\"]}")).build();
        AcsContainer badCommand =
                AcsContainer.of("c", Engine.IMAGE).command(List.of("/no/such/program")).build();
        AcsContainer noImage = AcsContainer.of("d", "gantry-test/no-such:1").build();

        assertThat(engine.failure(badUser))
                .startsWith("CannotStartContainerError: Error response from daemon: ")
                .contains("unable to find user nobody-here");
        assertThat(engine.failure(badCapability))
                .startsWith("CannotCreateContainerError: ")
                .contains("FLYING");
        assertThat(engine.failure(badCommand))
                .startsWith("CannotStartContainerError: Error response from daemon: ")
                .contains("/no/such/program: no such file or directory");
        assertThat(engine.failure(noImage))
                .startsWith("CannotCreateContainerError: Error response from daemon: ")
                .containsIgnoringCase("no such image: ")
                .contains("gantry-test/no-such:1");
    }

    @Test
    void aGraphicsProcessorNeedsItsRuntime() throws Exception {
        AcsContainer container = shell("web", "echo $NVIDIA_VISIBLE_DEVICES").build();
        AcsTask plain = engine.task(container).build();
        AcsTask task = withGpu(plain, new Association("GPU-1", "gpu", null, List.of("web")));
        AcsTask ofAnother = withGpu(plain, new Association("GPU-1", "gpu", null, List.of("other")));

        assertThat(engine.failure(task, container))
                .startsWith("CannotCreateContainerError: the container needs the GPUs GPU-1, but");
        assertThat(engine.output(ofAnother, container).strip()).isEmpty();
    }

    @Test
    void graphicsProcessorsAreAskedForByTheirIds() {
        AcsContainer container = shell("web", "true").build();
        AcsTask plain = AcsTask.run("a/b", "web", "1").containers(List.of(container)).build();
        AcsTask task = withGpu(plain, new Association("GPU-1", "gpu", null, List.of("web")));
        var host = HostConfig.newHostConfig();
        ResourcePlan.apply(task, container, null, host);

        var request = Check.present(host.getDeviceRequests(), host).getFirst();
        assertThat(request.getDriver()).isEqualTo("nvidia");
        assertThat(request.getDeviceIds()).containsExactly("GPU-1");
        assertThat(request.getCapabilities()).containsExactly(List.of("gpu"));
    }

    private static AcsTask withGpu(AcsTask task, Association gpu) {
        return new AcsTask(
                task.arn(),
                task.desiredStatus(),
                task.family(),
                task.version(),
                null,
                null,
                null,
                null,
                task.cpu(),
                task.memory(),
                task.networkMode(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                task.containers(),
                task.volumes(),
                List.of(),
                List.of(gpu),
                List.of(),
                null);
    }
}
