package io.gantry.system;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.HostConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.DockerImageName;

/**
 * A node or worker in a container, and what can befall it. It hears from the other members in one
 * network; clients reach it from another one, which it is not cut off from.
 */
final class Member extends GenericContainer<Member> {
    private static final int STOP_SECONDS = 30;

    private final String name;
    private final Network inner;

    /**
     * Settles everything; {@link #start} makes the container.
     *
     * @param outer where its ports are published
     * @param inner where it is known by its name
     * @param binds volumes and directories of the machine, in the words of Docker
     */
    Member(String image, String name, Network outer, Network inner, List<String> binds) {
        super(DockerImageName.parse(image));
        this.name = name;
        this.inner = inner;
        withNetwork(outer);
        withStartupTimeout(Duration.ofMinutes(2));
        withCreateContainerCmdModifier(
                command -> {
                    HostConfig host = Objects.requireNonNull(command.getHostConfig());
                    host.withReadonlyRootfs(true)
                            .withBinds(binds.stream().map(Bind::parse).toList());
                    command.withHostName(name);
                });
    }

    String name() {
        return name;
    }

    /** It is in both networks before it runs. */
    @Override
    protected void containerIsCreated(String id) {
        joinInner(id);
    }

    private void joinInner(String id) {
        dockerClient
                .connectToNetworkCmd()
                .withNetworkId(inner.getId())
                .withContainerId(id)
                .withContainerNetwork(new ContainerNetwork().withAliases(name))
                .exec();
    }

    void kill() {
        dockerClient.killContainerCmd(getContainerId()).exec();
    }

    /** After {@link #kill}: the same container with the same data. */
    void startAgain() {
        dockerClient.startContainerCmd(getContainerId()).exec();
    }

    /** Whether it runs or not. */
    void restart() {
        dockerClient.restartContainerCmd(getContainerId()).withTimeout(STOP_SECONDS).exec();
    }

    void pause() {
        dockerClient.pauseContainerCmd(getContainerId()).exec();
    }

    void unpause() {
        dockerClient.unpauseContainerCmd(getContainerId()).exec();
    }

    /** From now on it hears of no other member, nor they of it. */
    void cutOff() {
        dockerClient
                .disconnectFromNetworkCmd()
                .withNetworkId(inner.getId())
                .withContainerId(getContainerId())
                .withForce(true)
                .exec();
    }

    /** After {@link #cutOff}; it may get another address, as after {@link #startAgain}. */
    void reconnect() {
        joinInner(getContainerId());
    }

    /** Another container takes its place, of that version and with the same data. */
    void upgrade(String version) {
        dockerClient.stopContainerCmd(getContainerId()).withTimeout(STOP_SECONDS).exec();
        stop();
        withLabels(Map.of("org.opencontainers.image.version", version));
        start();
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
