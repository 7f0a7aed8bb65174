package io.gantry.worker.docker;

import static io.gantry.worker.docker.Engine.hostConfig;
import static io.gantry.worker.docker.Engine.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.MountPoint;
import io.gantry.common.acs.AcsContainer.VolumeFrom;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.common.acs.AcsVolume.DockerVolume;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.runtime.ContainerNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a container sees in its file system, and what is left of it afterwards. */
@Tag("docker")
final class FilesTest {
    @RegisterExtension private final Engine engine = new Engine();

    private static MountPoint mount(String volume, String path, boolean readOnly) {
        return new MountPoint(volume, path, readOnly);
    }

    @Test
    void aDirectoryOfTheMachineIsMounted(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("given"), "from outside");
        AcsContainer container =
                shell(
                                "web",
                                "cat /in/given; echo inside >/out/made;"
                                        + " touch /in/x 2>/dev/null || echo :refused")
                        .mountPoints(List.of(mount("v", "/in", true), mount("v", "/out", false)))
                        .build();
        AcsTask task =
                engine.task(container)
                        .volumes(List.of(AcsVolume.bind("v", directory.toString())))
                        .build();

        assertThat(engine.output(task, container).strip()).isEqualTo("from outside:refused");
        assertThat(directory.resolve("made")).hasContent("inside");
    }

    @Test
    void aMissingDirectoryIsMadeAsInEcs(@TempDir Path directory) throws Exception {
        Path missing = directory.resolve("a/b");
        AcsContainer container =
                shell("web", "echo x >/v/made")
                        .mountPoints(List.of(mount("v", "/v", false)))
                        .build();
        AcsTask task =
                engine.task(container)
                        .volumes(List.of(AcsVolume.bind("v", missing.toString())))
                        .build();
        engine.output(task, container);

        assertThat(missing.resolve("made")).exists();
    }

    @Test
    void aDirectoryThatCannotBeMadeFailsTheContainer(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        AcsContainer container =
                shell("web", "true").mountPoints(List.of(mount("v", "/v", false))).build();
        AcsTask task =
                engine.task(container)
                        .volumes(List.of(AcsVolume.bind("v", file + "/below")))
                        .build();

        assertThat(engine.failure(task, container))
                .matches("(?s)Cannot(Create|Start)ContainerError: Error response from daemon: .*")
                .contains(file.toString())
                .doesNotContain("{\"message\"");
    }

    @Test
    void scratchSpaceAndTaskVolumesEndWithTheTaskAndSharedOnesDoNot() throws Exception {
        String shared = engine.volumeName();
        AcsContainer container =
                shell("web", "for v in a b c; do echo x >/$v/made; done")
                        .mountPoints(
                                List.of(
                                        mount("scratch", "/a", false),
                                        mount("own", "/b", false),
                                        mount(shared, "/c", false)))
                        .build();
        AcsVolume own =
                AcsVolume.docker(
                        "own", new DockerVolume("task", null, "local", Map.of(), Map.of("k", "v")));
        AcsVolume both =
                AcsVolume.docker(
                        shared, new DockerVolume("shared", true, null, Map.of(), Map.of()));
        AcsTask task =
                engine.task(container)
                        .volumes(List.of(AcsVolume.scratch("scratch"), own, both))
                        .build();
        engine.output(task, container);
        String ownName = ContainerNames.volume(task, "own");
        assertThat(engine.client().inspectVolumeCmd(ownName).exec().getLabels())
                .containsEntry("k", "v")
                .containsEntry(DockerLabels.TASK_ARN, engine.arn());
        engine.runtime()
                .remove(
                        new AgentAction.RemoveTask(
                                task, List.of(ContainerNames.container(task, "web"))));

        Engine.until("volumes are removed", () -> !engine.volumeExists(ownName));
        Engine.until(
                "scratch space is removed",
                () -> !engine.volumeExists(ContainerNames.volume(task, "scratch")));
        assertThat(engine.volumeExists(shared)).isTrue();
    }

    @Test
    void optionsOfAVolumeReachItsDriver() throws Exception {
        AcsContainer container =
                shell("web", "grep ' /v ' /proc/mounts")
                        .mountPoints(List.of(mount("mem", "/v", false)))
                        .build();
        Map<String, String> options =
                Map.of("type", "tmpfs", "device", "tmpfs", "o", "mode=700,uid=1234");
        AcsTask task =
                engine.task(container)
                        .volumes(
                                List.of(
                                        AcsVolume.docker(
                                                "mem",
                                                new DockerVolume(
                                                        "task", null, "local", options, Map.of()))))
                        .build();

        assertThat(engine.output(task, container))
                .contains("tmpfs")
                .contains("mode=700")
                .contains("uid=1234");
        engine.runtime()
                .remove(
                        new AgentAction.RemoveTask(
                                task, List.of(ContainerNames.container(task, "web"))));
        Engine.until(
                "the volume is removed",
                () -> !engine.volumeExists(ContainerNames.volume(task, "mem")));
    }

    @Test
    void aSharedVolumeThatNobodyMadeIsNamed() throws Exception {
        AcsContainer container =
                shell("web", "true").mountPoints(List.of(mount("nobody", "/v", false))).build();
        AcsTask task =
                engine.task(container)
                        .volumes(
                                List.of(
                                        AcsVolume.docker(
                                                "nobody",
                                                new DockerVolume(
                                                        "shared", false, null, Map.of(),
                                                        Map.of()))))
                        .build();

        assertThat(engine.failure(task, container))
                .isEqualTo(
                        "CannotCreateVolumeError: volume detection failed, volume 'nobody' does not"
                                + " exist and autoprovision is set to false");
        assertThat(engine.volumeExists("nobody")).isFalse();
    }

    @Test
    void aWrongOptionOfAVolumeIsNamed() throws Exception {
        AcsContainer container =
                shell("web", "true").mountPoints(List.of(mount("v", "/v", false))).build();
        AcsTask task =
                engine.task(container)
                        .volumes(
                                List.of(
                                        AcsVolume.docker(
                                                "v",
                                                new DockerVolume(
                                                        "task",
                                                        null,
                                                        "local",
                                                        Map.of("nonsense", "1"),
                                                        Map.of()))))
                        .build();

        assertThat(engine.failure(task, container))
                .startsWith("CannotCreateVolumeError: Error response from daemon: ")
                .contains("nonsense");
    }

    @Test
    void volumesOfAnotherContainerAreThere() throws Exception {
        AcsContainer source =
                shell("a", "echo hello >/v/x")
                        .mountPoints(List.of(mount("v", "/v", false)))
                        .build();
        AcsContainer writer =
                shell("b", "cat /v/x && touch /v/y && echo written")
                        .volumesFrom(List.of(new VolumeFrom("a", false)))
                        .build();
        AcsContainer reader =
                shell("c", "ls /v; touch /v/z 2>/dev/null || echo refused")
                        .volumesFrom(List.of(new VolumeFrom("a", true)))
                        .build();
        AcsTask task =
                engine.task(source, writer, reader)
                        .volumes(List.of(AcsVolume.scratch("v")))
                        .build();
        engine.output(task, source);

        assertThat(engine.output(task, writer).lines()).containsExactly("hello", "written");
        assertThat(engine.output(task, reader).lines()).containsExactly("x", "y", "refused");
        engine.runtime()
                .remove(
                        new AgentAction.RemoveTask(
                                task,
                                task.containers().stream()
                                        .map(one -> ContainerNames.container(task, one.name()))
                                        .toList()));
        Engine.until(
                "the volume is removed",
                () -> !engine.volumeExists(ContainerNames.volume(task, "v")));
    }

    @Test
    void theRootIsReadOnlyAndTmpfsAndDevicesAreThere() throws Exception {
        String text =
                engine.output(
                        shell(
                                        "web",
                                        "touch /x 2>/dev/null || echo refused; touch /t/x && echo"
                                                + " written; grep ' /t ' /proc/mounts;"
                                                + " ls -l /dev/nothing | cut -c1,5-7;"
                                                + " head -c 0 /dev/nothing && echo read;"
                                                + " (echo x >/dev/nothing) 2>/dev/null || echo"
                                                + " unwritten")
                                .dockerConfig(
                                        hostConfig(
                                                "{\"ReadonlyRootfs\":true,"
                                                        + "\"Tmpfs\":{\"/t\":\"noexec,size=2m\"},"
                                                        + "\"Devices\":[{\"PathOnHost\":\"/dev/full\","
                                                        + "\"PathInContainer\":\"/dev/nothing\","
                                                        + "\"CgroupPermissions\":\"r\"}]}"))
                                .build());

        assertThat(text.lines().filter(line -> !line.contains(" /t ")))
                .containsExactly("refused", "written", "crw-", "read", "unwritten");
        assertThat(text).contains("size=2048k").contains("noexec");
    }
}
