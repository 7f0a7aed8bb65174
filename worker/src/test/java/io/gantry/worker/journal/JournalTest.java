package io.gantry.worker.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
    void forgottenTasksAreGone() {
        try (Journal journal = open()) {
            journal.save(threeTasks());
            journal.save(AgentState.EMPTY);
        }
        try (Journal journal = open()) {
            assertThat(journal.state().tasks().size()).isZero();
        }
    }

    @Test
    void damagedRecordsAreLeftOutAndTheOthersStay() throws IOException {
        try (Journal journal = open()) {
            journal.save(threeTasks());
        }
        List<String> lines = Files.readAllLines(file());
        lines.set(1, lines.get(1).replace("busybox", "busyboy"));
        Files.write(file(), lines);
        try (Journal journal = open()) {
            assertThat(journal.state().tasks().size()).isEqualTo(2);
            assertThat(directory.resolve("tasks.log.damaged")).exists();
        }
    }

    @Test
    void aLineThatWasBeingWrittenIsCutOffAndTheNextOneIsSound() throws IOException {
        AgentState state = threeTasks();
        try (Journal journal = open()) {
            journal.save(state);
        }
        Files.writeString(file(), "deadbeef {\"arn\":", StandardOpenOption.APPEND);
        try (Journal journal = open()) {
            assertThat(journal.state().tasks().size()).isEqualTo(3);
            journal.save(AgentState.EMPTY);
        }
        try (Journal journal = open()) {
            assertThat(journal.state().tasks().size()).isZero();
            assertThat(directory.resolve("tasks.log.damaged")).doesNotExist();
        }
    }

    @Test
    void theFileDoesNotGrowForEver() throws IOException {
        AgentState state = threeTasks();
        try (Journal journal = open()) {
            for (int i = 0; i < 400; i++) {
                journal.save(state);
                journal.save(AgentState.EMPTY);
            }
            journal.save(state);
        }
        assertThat(Files.size(file())).isLessThan(1_100_000);
        try (Journal journal = open()) {
            assertThat(journal.state().tasks().values().toList())
                    .isEqualTo(state.tasks().values().toList());
        }
    }

    private Path file() {
        return directory.resolve("tasks.log");
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
        assertThat(file())
                .content()
                .contains("\"credentialsId\":\"id\"")
                .doesNotContain("hush", "AKID", "token");
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
            assertThatThrownBy(this::open).hasMessageContaining("in use by another worker");
        }
    }

    @Test
    void aDamagedIdentityIsAClearError() throws IOException {
        open().close();
        Files.writeString(directory.resolve("identity"), "garbage");
        assertThatThrownBy(this::open).hasMessageContaining("identity is damaged");
    }

    /** Whatever the power left of the file, the records before are whole. */
    @Test
    void aFileThatEndsAnywhereLosesOnlyItsLastLine() throws IOException {
        try (Journal journal = open()) {
            journal.save(threeTasks());
        }
        byte[] whole = Files.readAllBytes(file());
        int lastLine = new String(whole, UTF_8).trim().lastIndexOf('\n') + 1;
        for (int length = whole.length - 1; length >= lastLine; length -= 50) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (Journal journal = open()) {
                assertThat(journal.state().tasks().values().toList())
                        .as("%d bytes", length)
                        .extracting(LocalTask::arn)
                        .containsExactly(ARN + "t1", ARN + "t2");
            }
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedIsAClearError(@TempDir Path elsewhere) throws IOException {
        Path file = Files.writeString(elsewhere.resolve("file"), "");
        assertThatThrownBy(() -> Journal.open(file.resolve("journal"), "demo", new Random(1)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("cannot use the data directory " + file);
    }

    @Test
    void anIdentityThatCannotBeWrittenIsToldAndTheOldOneStays() throws IOException {
        Path blocked = directory.resolve("identity.new");
        try (Journal journal = open()) {
            Identity before = journal.identity();
            // No file can be written where a directory is.
            Files.createDirectory(blocked);
            assertThatThrownBy(() -> journal.save(before.at(9)))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("cannot write " + directory.resolve("identity"));
            assertThat(journal.identity()).isEqualTo(before);
        }
        Files.delete(blocked);
        try (Journal journal = open()) {
            assertThat(journal.identity().sequence()).isEqualTo(-1);
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
