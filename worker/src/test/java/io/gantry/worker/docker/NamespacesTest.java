package io.gantry.worker.docker;

import static io.gantry.worker.docker.Engine.hostConfig;
import static io.gantry.worker.docker.Engine.shell;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainerBuilder;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.RuntimeFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whose processes and whose shared memory a container sees. */
@Tag("docker")
final class NamespacesTest {
    private static final String OWN = "for n in pid ipc; do readlink /proc/self/ns/$n; done";

    @RegisterExtension private final Engine engine = new Engine();

    private List<Container> pauses() {
        return engine
                .client()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(DockerLabels.AGENT, engine.agentId()))
                .exec()
                .stream()
                .filter(
                        one ->
                                PauseContainers.NAME.equals(
                                        one.getLabels().get(DockerLabels.CONTAINER_NAME)))
                .toList();
    }

    /** Its namespaces must not end, or the kernel gives their numbers to others. */
    private static AcsContainerBuilder staying(String name) {
        return shell(name, OWN + "; exec sleep 100");
    }

    private List<String> namespaces(AcsTask task, AcsContainer container) throws Exception {
        String id = engine.start(task, container).runtimeId();
        Engine.until("it has written", () -> engine.log(id).lines().count() == 2);
        return engine.log(id).lines().toList();
    }

    private static String ofMachine(String namespace) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/self/ns", namespace)).toString();
    }

    @Test
    void usuallyEverybodyIsAlone() throws Exception {
        AcsContainer one = staying("a").build();
        AcsContainer other = shell("b", OWN + "; echo $$").build();
        List<String> first = namespaces(engine.task(one).build(), one);
        List<String> second = engine.output(other).lines().toList();

        assertThat(first).doesNotContain(ofMachine("pid"), ofMachine("ipc"));
        assertThat(second).doesNotContainAnyElementsOf(first).endsWith("1");
        assertThat(pauses()).isEmpty();
    }

    @Test
    void theMachinesNamespacesAreSharedOnDemand() throws Exception {
        AcsContainer container = shell("a", OWN).build();
        AcsTask task = engine.task(container).pidMode("host").ipcMode("host").build();

        assertThat(engine.output(task, container).lines())
                .containsExactly(ofMachine("pid"), ofMachine("ipc"));
    }

    @Test
    void withIpcModeNoneThereIsNoSharedMemory() throws Exception {
        AcsContainer container = shell("a", "grep -c /dev/shm /proc/mounts || true").build();
        AcsTask task = engine.task(container).ipcMode("none").build();

        assertThat(engine.output(task, container).strip()).isEqualTo("0");
    }

    @Test
    void containersOfATaskShareProcessesAndSharedMemory() throws Exception {
        AcsContainer one =
                shell("a", "echo word >/dev/shm/told; exec sleep 4242")
                        .dockerConfig(
                                hostConfig(
                                        "{\"PidMode\":\"task\",\"IpcMode\":\"task\","
                                                + "\"ShmSize\":2097152}"))
                        .build();
        AcsContainer other =
                shell(
                                "b",
                                "until ps | grep -q '[s]leep 4242'; do :; done;"
                                        + " cat /dev/shm/told; df -k /dev/shm | tail -1 | awk"
                                        + " '{print $2}'; [ $$ = 1 ] || echo not first;"
                                        + " cat /proc/1/comm")
                        .build();
        AcsTask task = engine.task(one, other).pidMode("task").ipcMode("task").build();
        engine.start(task, one);

        assertThat(engine.output(task, other).lines())
                .containsExactly("word", "2048", "not first", "pause");
        assertThat(pauses()).hasSize(1);
    }

    @Test
    void onlyWhatIsAskedForIsShared() throws Exception {
        AcsContainer one = staying("a").build();
        AcsContainer other = shell("b", OWN).build();
        AcsTask task = engine.task(one, other).pidMode("task").build();
        List<String> first = namespaces(task, one);
        List<String> second = engine.output(task, other).lines().toList();

        assertThat(second.getFirst()).isEqualTo(first.getFirst());
        assertThat(second.getLast()).isNotEqualTo(first.getLast());
    }

    @Test
    void deadChildrenOfNobodyAreBuried() throws Exception {
        AcsContainer container =
                shell(
                                "a",
                                "sh -c 'sh -c \"sleep 0.1\" &'; sleep 0.5;"
                                        + " grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null"
                                        + " | wc -l")
                        .build();
        AcsTask task = engine.task(container).pidMode("task").build();

        assertThat(engine.output(task, container).strip()).isEqualTo("0");
    }

    @Test
    void theHolderSurvivesAWorkerAndEndsWithTheTask() throws Exception {
        AcsContainer container = shell("a", "sleep 100").build();
        AcsTask task = engine.task(container).pidMode("task").build();
        RuntimeFacts facts = engine.start(task, container);
        String pause = pauses().getFirst().getId();
        engine.restart();

        assertThat(pauses())
                .singleElement()
                .satisfies(one -> assertThat(one.getState()).isEqualTo("running"));
        engine.runtime().stop(new AgentAction.Stop(engine.key(container), facts.runtimeId(), 1));
        engine.exited(container);
        assertThat(engine.exists(pause)).isTrue();
        engine.runtime().release(new AgentAction.Release(task));
        Engine.until("the holder is gone", () -> !engine.runs(pause));
        assertThat(engine.exists(facts.runtimeId())).isTrue();
    }

    @Test
    void aHolderOfNothingIsRemovedByTheNextWorker() throws Exception {
        AcsContainer container = shell("a", "true").build();
        AcsTask task = engine.task(container).pidMode("task").build();
        String id = engine.create(task, container);
        engine.client().removeContainerCmd(id).withForce(true).exec();
        assertThat(pauses()).hasSize(1);
        engine.restart();

        assertThat(pauses()).isEmpty();
    }

    @Test
    void aStrayTakesItsHolderWithIt() throws Exception {
        AcsContainer container = shell("a", "sleep 100").build();
        AcsTask task = engine.task(container).pidMode("task").build();
        RuntimeFacts facts = engine.start(task, container);
        engine.runtime()
                .removeStray(new AgentAction.RemoveStray(engine.key(container), facts.runtimeId()));

        Engine.until("the holder is gone", () -> pauses().isEmpty());
        assertThat(engine.exists(facts.runtimeId())).isFalse();
    }

    @Test
    void anInitProcessIsThereOnDemand() throws Exception {
        AcsContainer with =
                shell("a", "[ $$ = 1 ] || cat /proc/1/comm")
                        .dockerConfig(hostConfig("{\"Init\":true}"))
                        .build();

        assertThat(engine.output(with)).containsAnyOf("init", "tini", "catatonit");
    }
}
