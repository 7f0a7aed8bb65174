package io.gantry.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.Agent;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentSettings;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.RuntimeFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    private static final String ARN = "arn:aws:ecs:us-east-1:123456789012:task/demo/";

    @TempDir Path directory;

    private Journal open() {
        return Journal.open(directory, "demo", new Random(1));
    }

    @Test
    void tasksAndIdentitySurviveARestart() {
        AgentState state = threeTasks();
        String agentId;
        try (Journal journal = open()) {
            agentId = journal.identity().agentId();
            journal.save(journal.identity().registeredAs("arn:instance").at(7));
            journal.save(state);
        }
        try (Journal journal = open()) {
            assertThat(journal.identity())
                    .isEqualTo(new Identity(agentId, "demo", "arn:instance", 7));
            assertThat(journal.state().tasks().values().toList())
                    .isEqualTo(state.tasks().values().toList());
        }
    }

    @Test
    void forgottenTasksAreGone() throws IOException {
        try (Journal journal = open()) {
            journal.save(threeTasks());
            journal.save(AgentState.EMPTY);
        }
        try (Journal journal = open();
                Stream<Path> files = Files.list(directory.resolve("tasks"))) {
            assertThat(journal.state().tasks().size()).isZero();
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aDamagedTaskIsSetAsideAndTheOthersStay() throws IOException {
        try (Journal journal = open()) {
            journal.save(threeTasks());
        }
        List<Path> files;
        try (Stream<Path> listing = Files.list(directory.resolve("tasks"))) {
            files = listing.sorted().toList();
        }
        String text = Files.readString(files.getFirst());
        Files.writeString(files.getFirst(), text.substring(0, text.length() - 10));
        Files.writeString(
                files.get(1), Files.readString(files.get(1)).replace("busybox", "busyboy"));
        try (Journal journal = open();
                Stream<Path> listing = Files.list(directory.resolve("tasks"))) {
            assertThat(journal.state().tasks().size()).isEqualTo(1);
            assertThat(listing.filter(file -> file.toString().endsWith(".damaged"))).hasSize(2);
        }
    }

    @Test
    void aHalfWrittenFileIsIgnored() throws IOException {
        try (Journal journal = open()) {
            journal.save(threeTasks());
        }
        Files.writeString(directory.resolve("tasks/t9-00000000.task.new"), "deadbeef\n{\"spec\":");
        try (Journal journal = open()) {
            assertThat(journal.state().tasks().size()).isEqualTo(3);
        }
    }

    @Test
    void keysOfRolesAreNotWrittenDown() throws IOException {
        AcsTask task =
                AcsTask.run(ARN + "t1", "web", "1")
                        .roleCredentials(
                                new AcsTask.RoleCredentials(
                                        "id", "role", "AKID", "hush", "token", null, null))
                        .containers(List.of(AcsContainer.of("web", "busybox").build()))
                        .build();
        try (Journal journal = open()) {
            journal.save(
                    new Agent(AgentSettings.usual())
                            .step(AgentState.EMPTY, new AgentEvent.Assigned(task), 1)
                            .state());
        }
        try (Stream<Path> files = Files.list(directory.resolve("tasks"))) {
            assertThat(files.findFirst().orElseThrow())
                    .content()
                    .contains("\"credentialsId\":\"id\"")
                    .doesNotContain("hush", "AKID", "token");
        }
    }

    @Test
    void anotherClustersDirectoryIsRefused() {
        open().close();
        assertThatThrownBy(() -> Journal.open(directory, "other", new Random(1)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("belongs to cluster demo, not other");
    }

    @Test
    void aSecondWorkerIsRefused() {
        try (Journal first = open()) {
            assertThat(first.identity().cluster()).isEqualTo("demo");
            assertThatThrownBy(this::open).hasMessageContaining("another worker uses");
        }
    }

    @Test
    void aDamagedIdentityIsAClearError() throws IOException {
        open().close();
        Files.writeString(directory.resolve("identity"), "garbage");
        assertThatThrownBy(this::open).hasMessageContaining("identity is damaged");
    }

    @Test
    void aRecordThatEndsInTheMiddleIsSetAside() throws IOException {
        try (Journal journal = open()) {
            journal.save(threeTasks());
        }
        Path file = directory.resolve("tasks").resolve(onlyRecordOf("t2"));
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 8, 9, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (Journal journal = open()) {
                assertThat(journal.state().tasks().values().toList())
                        .as("%d bytes", length)
                        .extracting(LocalTask::arn)
                        .containsExactly(ARN + "t1", ARN + "t3");
            }
        }
        Files.write(file, whole);
        try (Journal journal = open()) {
            assertThat(journal.state().tasks().size()).isEqualTo(3);
        }
    }

    private String onlyRecordOf(String id) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tasks"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(id + '-'))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedIsAClearError(@TempDir Path elsewhere) throws IOException {
        Path file = Files.writeString(elsewhere.resolve("file"), "");
        assertThatThrownBy(() -> Journal.open(file.resolve("journal"), "demo", new Random(1)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("cannot use the data directory " + file);

        // Nobody may write to the files of the kernel, not even the administrator.
        assertThatThrownBy(() -> Journal.open(Path.of("/proc/1/journal"), "demo", new Random(1)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("/proc/1/journal");
    }

    @Test
    void whatCannotBeWrittenIsToldAndTheOldStaysReadable() throws IOException {
        AgentState state = threeTasks();
        Path blocked;
        try (Journal journal = open()) {
            journal.save(AgentState.of(List.of()));
            journal.save(state);
            blocked = directory.resolve("identity.new");
            Files.createDirectory(blocked);
            Identity before = journal.identity();
            assertThatThrownBy(() -> journal.save(before.at(9)))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("cannot write " + directory.resolve("identity"));
            assertThat(journal.identity()).isEqualTo(before);
        }
        Files.delete(blocked);
        try (Journal journal = open()) {
            assertThat(journal.identity().sequence()).isEqualTo(-1);
            assertThat(journal.state().tasks().size()).isEqualTo(3);
        }
    }

    private static AgentState threeTasks() {
        Agent agent = new Agent(AgentSettings.usual());
        AgentState state = AgentState.EMPTY;
        for (String id : List.of("t1", "t2", "t3")) {
            AcsContainer container =
                    AcsContainer.of("web", "busybox").environment(Map.of("A", "")).build();
            AcsTask task = AcsTask.run(ARN + id, "web", "1").containers(List.of(container)).build();
            ContainerKey key = new ContainerKey(ARN + id, "web");
            RuntimeFacts facts =
                    new RuntimeFacts(
                            "id",
                            "name",
                            null,
                            List.of(new PortBinding("0.0.0.0", 80, 32768, "tcp")),
                            null,
                            5);
            for (AgentEvent event :
                    List.of(
                            new AgentEvent.Assigned(task),
                            new AgentEvent.Pulled(key, "sha256:1"),
                            new AgentEvent.Created(key, "id"),
                            new AgentEvent.Started(key, facts),
                            new AgentEvent.Exited(key, new Exit(3, null, 9)))) {
                state = agent.step(state, event, 10).state();
            }
        }
        return state;
    }
}
