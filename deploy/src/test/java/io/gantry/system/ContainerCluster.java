package io.gantry.system;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;

/**
 * Three nodes and three workers in containers of the packaged images. Tasks run beside them on the
 * same engine. Everything is gone after {@link #close}, the data included.
 */
final class ContainerCluster implements AutoCloseable {
    static final int SIZE = 3;
    private static final int PORT = 8700;
    private static final int FIRST_PORT = 18_000;
    private static final String CREDENTIALS = "/credentials/root";
    private static final String TASK_CLUSTER_LABEL = "com.amazonaws.ecs.cluster";
    private static final String AGENT_LABEL = "io.gantry.agent";
    private static final String GUARD_LABEL = "io.gantry.guard";

    final DockerClient engine = DockerClientFactory.lazyClient();
    final String name;
    final List<Node> nodes;
    final List<Member> workers;
    final Api api;
    final SmallDisk smallDisk;
    private final List<Network> networks = new ArrayList<>();
    private final List<String> volumes = new ArrayList<>();

    /**
     * A node.
     *
     * @param url of its API, on the loopback
     */
    record Node(Member member, URI url) {}

    private ContainerCluster(Path directory) throws IOException {
        name = "system-" + Long.toHexString(new SecureRandom().nextLong());
        Path credentials = Files.writeString(directory.resolve("root"), Api.CREDENTIALS);
        smallDisk = new SmallDisk(engine, name + '-' + SmallDisk.NODE);
        Network inner =
                network(
                        Network.builder()
                                .createNetworkCmdModifier(command -> command.withInternal(true))
                                .build());
        int base = FreePorts.first(FIRST_PORT, SIZE);
        nodes =
                Stream.iterate(1, i -> i <= SIZE, i -> i + 1)
                        .map(i -> node("n" + i, base + i - 1, inner, credentials))
                        .toList();
        workers =
                Stream.iterate(1, i -> i <= SIZE, i -> i + 1)
                        .map(i -> worker("w" + i, inner, credentials))
                        .toList();
        api = new Api(name, nodes.stream().map(Node::url).toList());
    }

    /**
     * A cluster that is whole.
     *
     * @param directory for files that its containers see
     */
    static ContainerCluster start(Path directory) throws IOException {
        ContainerCluster cluster = new ContainerCluster(directory);
        try {
            cluster.smallDisk.start();
            Startables.deepStart(cluster.nodes.stream().map(Node::member)).join();
            cluster.api.createCluster();
            Startables.deepStart(cluster.workers).join();
            cluster.awaitWhole();
            return cluster;
        } catch (RuntimeException failure) {
            cluster.close();
            throw failure;
        }
    }

    private Network network(Network made) {
        networks.add(made);
        return made;
    }

    private String volume(String member) {
        String volume = name + '-' + member;
        volumes.add(volume);
        // With these labels Testcontainers removes it if this process is told to end.
        engine.createVolumeCmd()
                .withName(volume)
                .withLabels(DockerClientFactory.DEFAULT_LABELS)
                .exec();
        return volume;
    }

    private Node node(String id, int port, Network inner, Path credentials) {
        String data = id.equals(SmallDisk.NODE) ? smallDisk.volume() : volume(id);
        Member member =
                new Member(
                        Images.CONTROL_PLANE,
                        id,
                        network(Network.newNetwork()),
                        inner,
                        List.of(data + ":/data", credentials + ":" + CREDENTIALS + ":ro"));
        member.withExposedPorts(PORT)
                .withEnv(
                        Map.of(
                                "GANTRY_NODE_ID",
                                id,
                                "GANTRY_PEERS",
                                "n1=n1,n2=n2,n3=n3",
                                "GANTRY_ROOT_CREDENTIALS",
                                CREDENTIALS,
                                "GANTRY_WORKER_DISCONNECTED_AFTER",
                                "5s"))
                .waitingFor(Wait.forHttp("/readyz").forPort(PORT));
        member.setPortBindings(List.of("127.0.0.1:" + port + ":" + PORT));
        return new Node(member, URI.create("http://127.0.0.1:" + port));
    }

    private Member worker(String id, Network inner, Path credentials) {
        Member member =
                new Member(
                        Images.WORKER,
                        id,
                        network(Network.newNetwork()),
                        inner,
                        List.of(
                                volume(id) + ":/data",
                                credentials + ":" + CREDENTIALS + ":ro",
                                "/var/run/docker.sock:/var/run/docker.sock",
                                "/sys/fs/cgroup:/sys/fs/cgroup"));
        Map<String, String> settings = new TreeMap<>();
        settings.put("GANTRY_ENDPOINTS", "http://n1:8700,http://n2:8700,http://n3:8700");
        settings.put("GANTRY_CLUSTER", name);
        settings.put("GANTRY_CREDENTIALS_FILE", CREDENTIALS);
        settings.put("GANTRY_ENGINE", "docker");
        settings.put("GANTRY_IMAGE_PULL_BEHAVIOR", "prefer-cached");
        settings.put("GANTRY_CPU", "1024");
        settings.put("GANTRY_MEMORY", "1024");
        settings.put("GANTRY_METADATA_PORT", "0");
        settings.put("GANTRY_ATTRIBUTES", Api.WORKER_NAME + '=' + id);
        return member.withEnv(settings);
    }

    Node node(String id) {
        return nodes.stream()
                .filter(node -> node.member.name().equals(id))
                .findFirst()
                .orElseThrow();
    }

    Member worker(String id) {
        return workers.stream()
                .filter(worker -> worker.name().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until some node leads with the knowledge of a majority. */
    Node awaitLeader() {
        return node(Patiently.await("a leader", api::leader));
    }

    /** Waits until a majority follows another node. */
    void awaitLeaderOtherThan(Node deposed) {
        Patiently.awaitTrue(
                "another leader",
                () -> {
                    String leader = api.leader();
                    return leader != null && !leader.equals(deposed.member.name());
                });
    }

    /** What the load of that number runs against: no workers are concerned. */
    LoadTarget target(int number) {
        return new LoadTarget(
                "load-" + number,
                nodes.stream().map(Node::url).toList(),
                Api.ACCESS_KEY,
                Api.SECRET,
                null);
    }

    List<Node> followers() {
        Node leader = awaitLeader();
        return nodes.stream().filter(node -> !node.equals(leader)).toList();
    }

    /** Waits until every node serves and every worker is connected. */
    void awaitWhole() {
        Patiently.awaitTrue("every node serves", api::allReady);
        Patiently.awaitTrue("every worker is connected", () -> api.connectedWorkers() == SIZE);
    }

    @Override
    public void close() {
        api.close();
        Stream.concat(workers.stream(), nodes.stream().map(Node::member)).forEach(Member::stop);
        removeTasks();
        smallDisk.close();
        volumes.forEach(volume -> engine.removeVolumeCmd(volume).exec());
        networks.forEach(Network::close);
    }

    /** Tasks and guards are no containers of this test's, but of its workers'. */
    private void removeTasks() {
        List<Container> tasks = labelled(TASK_CLUSTER_LABEL, name);
        tasks.stream()
                .map(task -> Objects.requireNonNull(task.getLabels()).get(AGENT_LABEL))
                .distinct()
                .flatMap(agent -> labelled(GUARD_LABEL, agent).stream())
                .forEach(this::remove);
        tasks.forEach(this::remove);
    }

    private List<Container> labelled(String label, String value) {
        return engine.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(label, value))
                .exec();
    }

    private void remove(Container container) {
        engine.removeContainerCmd(container.getId()).withForce(true).withRemoveVolumes(true).exec();
    }

    /** The containers of tasks that run, by what Docker says. */
    List<Container> runningTasks(String family) {
        return engine.listContainersCmd()
                .withLabelFilter(
                        Map.of(
                                TASK_CLUSTER_LABEL,
                                name,
                                "com.amazonaws.ecs.task-definition-family",
                                family))
                .exec();
    }
}
