package io.gantry.worker.docker;

import static io.gantry.worker.docker.Engine.hostConfig;
import static io.gantry.worker.docker.Engine.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.worker.core.RuntimeFacts;
import java.io.ByteArrayInputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a container writes arrives where its log driver sends it. */
@Tag("docker")
final class LoggingTest {
    private static final int LIMIT_MILLIS = 20_000;

    @RegisterExtension private final Engine engine = new Engine();

    private static AcsContainer talking(String driver, String... options) {
        StringBuilder map = new StringBuilder();
        for (int i = 0; i < options.length; i += 2) {
            map.append(i == 0 ? "" : ",")
                    .append("\"%s\":\"%s\"".formatted(options[i], options[i + 1]));
        }
        return shell("web", "echo a word")
                .dockerConfig(
                        hostConfig(
                                "{\"LogConfig\":{\"Type\":\"%s\",\"Config\":{%s}}}"
                                        .formatted(driver, map)))
                .build();
    }

    private static DatagramSocket listener() throws Exception {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(LIMIT_MILLIS);
        return socket;
    }

    private static byte[] received(DatagramSocket socket) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    @Test
    void gelfGoesToItsServer() throws Exception {
        engine.assumeLogDriver("gelf");
        try (DatagramSocket server = listener()) {
            engine.start(
                    talking(
                            "gelf",
                            "gelf-address",
                            "udp://127.0.0.1:" + server.getLocalPort(),
                            "tag",
                            "mine"));
            byte[] packed = received(server);
            String text =
                    new String(
                            new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes(),
                            StandardCharsets.UTF_8);

            assertThat(text).contains("\"short_message\":\"a word\"").contains("\"_tag\":\"mine\"");
        }
    }

    @Test
    void syslogGoesToItsServer() throws Exception {
        engine.assumeLogDriver("syslog");
        try (DatagramSocket server = listener()) {
            engine.start(
                    talking(
                            "syslog",
                            "syslog-address",
                            "udp://127.0.0.1:" + server.getLocalPort(),
                            "syslog-facility",
                            "local3",
                            "tag",
                            "mine"));

            // Facility 19 times 8, severity 6.
            assertThat(new String(received(server), StandardCharsets.UTF_8))
                    .startsWith("<158>")
                    .contains("mine")
                    .endsWith("a word\n");
        }
    }

    @Test
    void fluentdGoesToItsServer() throws Exception {
        engine.assumeLogDriver("fluentd");
        try (ServerSocket server = new ServerSocket(0)) {
            server.setSoTimeout(LIMIT_MILLIS);
            Thread starter =
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    engine.start(
                                            talking(
                                                    "fluentd",
                                                    "fluentd-address",
                                                    "127.0.0.1:" + server.getLocalPort(),
                                                    "tag",
                                                    "mine"));
                                } catch (InterruptedException interrupted) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            StringBuilder text = new StringBuilder();
            try (Socket connection = server.accept()) {
                connection.setSoTimeout(LIMIT_MILLIS);
                byte[] buffer = new byte[4096];
                while (!text.toString().contains("a word")) {
                    int length = connection.getInputStream().read(buffer);
                    assertThat(length).isPositive();
                    text.append(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
                }
            }
            starter.join();

            assertThat(text).contains("mine").contains("container_name").contains("ecs-web-1-web-");
        }
    }

    @Test
    void filesAreLimitedAsWasAskedFor() throws Exception {
        AcsContainer container =
                shell("web", "i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done")
                        .dockerConfig(
                                hostConfig(
                                        "{\"LogConfig\":{\"Type\":\"json-file\",\"Config\":"
                                                + "{\"max-size\":\"10k\",\"max-file\":\"1\"}}}"))
                        .build();
        RuntimeFacts facts = engine.start(container);
        engine.exited(container);

        assertThat(engine.log(facts.runtimeId()).lines())
                .hasSizeBetween(1, 499)
                .endsWith("line 499")
                .doesNotContain("line 0");
    }

    @Test
    void withTheDriverNoneNothingIsKept() throws Exception {
        AcsContainer container = talking("none");
        RuntimeFacts facts = engine.start(container);
        engine.exited(container);

        assertThat(engine.inspect(facts.runtimeId()).getLogPath()).isNullOrEmpty();
    }

    @Test
    void aServerThatIsNotThereFailsTheContainer() throws Exception {
        engine.assumeLogDriver("syslog");
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }

        assertThat(engine.failure(talking("syslog", "syslog-address", "tcp://127.0.0.1:" + closed)))
                .startsWith("CannotStartContainerError: Error response from daemon: ")
                .contains("failed to initialize logging driver")
                .contains("connection refused");
    }

    @Test
    void aWrongOptionIsNamed() throws Exception {
        // Podman, which lacks this driver, takes any option.
        engine.assumeLogDriver("syslog");
        assertThat(engine.failure(talking("json-file", "no-such-option", "1")))
                .startsWith("CannotCreateContainerError: Error response from daemon: ")
                .contains("no-such-option");
    }

    /** Where there is no journal the engine says so; where there is one, it has the word. */
    @Test
    void theJournalIsUsed() throws Exception {
        engine.assumeLogDriver("journald");
        AcsContainer container = talking("journald", "tag", "mine");

        if (Files.exists(Path.of("/run/systemd/journal/socket"))) {
            assertThat(engine.output(container)).contains("a word");
        } else {
            assertThat(engine.failure(container))
                    .matches("(?s)Cannot(Create|Start)ContainerError: .*journal.*");
        }
    }
}
