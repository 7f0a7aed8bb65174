package io.gantry.worker.docker;

import static io.gantry.worker.docker.Engine.config;
import static io.gantry.worker.docker.Engine.hostConfig;
import static io.gantry.worker.docker.Engine.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.Ports;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.common.check.Check;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.PortRange;
import io.gantry.worker.core.RuntimeFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a container is reached, and what it knows of others. */
@Tag("docker")
final class NetworkTest {
    @RegisterExtension private final Engine engine = new Engine();

    private static List<PortMapping> ports(PortMapping... mappings) {
        return List.of(mappings);
    }

    private static String serve(int... ports) {
        StringBuilder script = new StringBuilder();
        for (int port : ports) {
            script.append("while :; do echo port ")
                    .append(port)
                    .append(" | nc -l -p ")
                    .append(port)
                    .append(" >/dev/null; done & ");
        }
        return script + "wait";
    }

    /** What a server on this machine says first. */
    private static String said(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException notYet) {
            return "";
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<PortBinding> ipv4(RuntimeFacts facts) {
        return facts.bindings().stream().filter(one -> one.bindIP().equals("0.0.0.0")).toList();
    }

    @Test
    void fixedAndDynamicPortsLeadIntoTheContainer() throws Exception {
        int fixed = freePort();
        RuntimeFacts facts =
                engine.start(
                        shell("web", serve(80, 81))
                                .portMappings(
                                        ports(
                                                new PortMapping(80, fixed, null, "tcp"),
                                                new PortMapping(81, null, null, null)))
                                .build());
        List<PortBinding> bindings = ipv4(facts);

        assertThat(bindings).hasSize(2);
        assertThat(bindings.getFirst()).isEqualTo(new PortBinding("0.0.0.0", 80, fixed, "tcp"));
        int chosen = bindings.getLast().hostPort();
        assertThat(chosen).isGreaterThan(1023);
        Engine.until("80 answers", () -> said(fixed).equals("port 80"));
        Engine.until("81 answers", () -> said(chosen).equals("port 81"));
    }

    @Test
    void afterARestartInPlaceThePortsAreToldAnew() throws Exception {
        AcsContainer container =
                shell("web", serve(80))
                        .portMappings(ports(new PortMapping(80, 0, null, "tcp")))
                        .build();
        RuntimeFacts first = engine.start(container);
        engine.client().killContainerCmd(first.runtimeId()).exec();
        engine.exited(container);
        engine.runtime().start(new AgentAction.Start(engine.key(container), first.runtimeId()));
        RuntimeFacts second = engine.next(AgentEvent.Started.class).facts();

        assertThat(second.runtimeId()).isEqualTo(first.runtimeId());
        int port = ipv4(second).getFirst().hostPort();
        Engine.until("it answers at its port of now", () -> said(port).equals("port 80"));
    }

    @Test
    void datagramsReachTheContainer() throws Exception {
        // No tool of the image receives datagrams, so the machine's Java does.
        AcsContainer container =
                shell("web", "exec chroot /host " + Datagram.command(53))
                        .mountPoints(List.of(new AcsContainer.MountPoint("root", "/host", true)))
                        .portMappings(ports(new PortMapping(53, 0, null, "udp")))
                        .build();
        AcsTask task = engine.task(container).volumes(List.of(AcsVolume.bind("root", "/"))).build();
        RuntimeFacts facts = engine.start(task, container);
        PortBinding binding = ipv4(facts).getFirst();
        assertThat(binding.protocol()).isEqualTo("udp");
        byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket()) {
            Engine.until(
                    "the datagram arrives",
                    () -> {
                        try {
                            socket.send(
                                    new DatagramPacket(
                                            text,
                                            text.length,
                                            InetAddress.getLoopbackAddress(),
                                            binding.hostPort()));
                            return engine.log(facts.runtimeId()).startsWith("hello");
                        } catch (IOException failure) {
                            throw new UncheckedIOException(failure);
                        }
                    });
        }
    }

    @Test
    void aRangeIsOneRowOfPorts() throws Exception {
        RuntimeFacts facts =
                engine.start(
                        shell("web", serve(8000, 8002))
                                .portMappings(
                                        ports(
                                                new PortMapping(null, null, "8000-8002", "tcp"),
                                                new PortMapping(null, null, "9000-9001", "udp"),
                                                new PortMapping(80, 0, null, "tcp")))
                                .build());
        List<PortBinding> bindings = ipv4(facts);

        assertThat(bindings)
                .extracting(PortBinding::containerPort, PortBinding::containerPortRange)
                .containsExactly(
                        Tuple.tuple(80, null),
                        Tuple.tuple(0, "8000-8002"),
                        Tuple.tuple(0, "9000-9001"));
        PortRange host = PortRange.parse(Objects.requireNonNull(bindings.get(1).hostPortRange()));
        assertThat(host.size()).isEqualTo(3);
        Engine.until("the first answers", () -> said(host.first()).equals("port 8000"));
        Engine.until("the last answers", () -> said(host.last()).equals("port 8002"));
        assertThat(bindings.get(2).protocol()).isEqualTo("udp");
    }

    @Test
    void aRangeThatWasTakenInTheMeantimeIsReplaced() throws Exception {
        AcsContainer container =
                shell("web", serve(8000))
                        .portMappings(ports(new PortMapping(null, null, "8000-8001", "tcp")))
                        .build();
        AcsTask task = engine.task(container).build();
        String first = engine.create(task, container);
        int taken = plannedPort(first, 8001);
        RuntimeFacts facts;
        try (ServerSocket thief = new ServerSocket(taken)) {
            assertThat(thief.isBound()).isTrue();
            engine.runtime().start(new AgentAction.Start(engine.key(container), first));
            facts = engine.next(AgentEvent.Started.class).facts();
        }

        assertThat(facts.runtimeId()).isNotEqualTo(first);
        assertThat(engine.exists(first)).isFalse();
        PortRange host =
                PortRange.parse(Objects.requireNonNull(ipv4(facts).getFirst().hostPortRange()));
        assertThat(host.contains(taken)).isFalse();
        Engine.until("the range answers", () -> said(host.first()).equals("port 8000"));
    }

    private int plannedPort(String id, int containerPort) {
        Ports.Binding[] bindings =
                engine.inspect(id)
                        .getHostConfig()
                        .getPortBindings()
                        .getBindings()
                        .get(ExposedPort.tcp(containerPort));
        return Integer.parseInt(Check.present(bindings, id)[0].getHostPortSpec());
    }

    @Test
    void rowsOfPortsDoNotOverlapAndEndSomewhere() {
        int first = freePort() / 100 * 100;
        HostPorts ports = new HostPorts(first, first + 99);
        int one = ports.row(3, InternetProtocol.TCP);
        int other = ports.row(3, InternetProtocol.TCP);

        assertThat(Math.abs(one - other)).isGreaterThanOrEqualTo(3);
        assertThatThrownBy(() -> ports.row(101, InternetProtocol.TCP))
                .hasMessage(
                        "101 contiguous host ports unavailable between %d and %d",
                        first, first + 99);
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            AcsContainer container =
                    shell("web", "sleep 100")
                            .portMappings(
                                    ports(new PortMapping(80, taken.getLocalPort(), null, "tcp")))
                            .build();

            assertThat(engine.failure(container))
                    .startsWith("CannotStartContainerError: Error response from daemon: ")
                    .contains("address already in use");
        }
    }

    @Test
    void anotherContainerIsReachedByItsLink() throws Exception {
        AcsContainer server = shell("db", serve(80)).build();
        AcsContainer client =
                shell("web", "until nc store 80 </dev/null; do :; done; grep -c store /etc/hosts")
                        .links(List.of("db:store"))
                        .build();
        AcsTask task = engine.task(server, client).build();
        engine.start(task, server);

        assertThat(engine.output(task, client).lines()).contains("port 80").endsWith("1");
    }

    @Test
    void namesAreResolvedAsWasAskedFor() throws Exception {
        String host =
                "{\"Dns\":[\"192.0.2.1\"],\"DnsSearch\":[\"corp.example\"],"
                        + "\"ExtraHosts\":[\"elsewhere:192.0.2.7\"]}";
        AcsContainer container =
                shell("web", "cat /etc/resolv.conf /etc/hosts; hostname")
                        .dockerConfig(
                                new AcsContainer.DockerConfig(
                                        "1.19", "{\"Hostname\":\"inner\"}", host))
                        .build();
        String text = engine.output(container);

        assertThat(text.lines().map(line -> line.replaceAll("\\s+", " ").strip()))
                .contains(
                        "nameserver 192.0.2.1",
                        "search corp.example",
                        "192.0.2.7 elsewhere",
                        "inner");
    }

    @Test
    void withoutANetworkThereIsOnlyTheLoopback() throws Exception {
        AcsContainer none = shell("none", "ls /sys/class/net").build();
        AcsContainer disabled =
                shell("disabled", "ls /sys/class/net")
                        .dockerConfig(config("{\"NetworkDisabled\":true}"))
                        .build();

        assertThat(engine.output(engine.task(none).networkMode("none").build(), none).strip())
                .isEqualTo("lo");
        assertThat(engine.output(disabled).strip()).isEqualTo("lo");
    }

    @Test
    void inTheMachinesNetworkPortsAreThemselves() throws Exception {
        int port = freePort();
        AcsContainer container =
                shell("web", serve(port))
                        .portMappings(ports(new PortMapping(port, port, null, "tcp")))
                        .build();
        AcsTask task = engine.task(container).networkMode("host").build();

        assertThat(engine.start(task, container).bindings())
                .containsExactly(new PortBinding("0.0.0.0", port, port, "tcp"));
        Engine.until("it answers", () -> said(port).equals("port " + port));
    }

    @Test
    void kernelSettingsOfTheNetworkAreSet() throws Exception {
        assertThat(
                        engine.output(
                                        shell("web", "cat /proc/sys/net/core/somaxconn")
                                                .dockerConfig(
                                                        hostConfig(
                                                                "{\"Sysctls\":{\"net.core"
                                                                        + ".somaxconn\":\"77\"}}"))
                                                .build())
                                .strip())
                .isEqualTo("77");
    }
}
