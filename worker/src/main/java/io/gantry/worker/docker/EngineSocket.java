package io.gantry.worker.docker;

import com.github.dockerjava.core.DefaultDockerClientConfig;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection to the engine that a started command has taken over, in both directions. The
 * library's own cannot say that there is no more input, which {@code cat} waits for.
 *
 * @see <a
 *     href="https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Exec/operation/ExecStart">
 *     Docker Engine API, start an exec instance</a>
 */
final class EngineSocket implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(EngineSocket.class);
    private static final int LONGEST_HEAD_BYTES = 16 << 10;
    private static final int LONGEST_ERROR_BYTES = 64 << 10;

    private final Closeable connection;
    private final Shutdown noMoreInput;
    private final InputStream in;
    private final OutputStream out;

    private interface Shutdown {
        void run() throws IOException;
    }

    private EngineSocket(
            Closeable connection, Shutdown noMoreInput, InputStream in, OutputStream out) {
        this.connection = connection;
        this.noMoreInput = noMoreInput;
        this.in = new BufferedInputStream(in, 64 << 10);
        this.out = out;
    }

    /**
     * Starts a command that was made and takes its connection over.
     *
     * @throws IOException with the engine's own words if it does not start it
     */
    static EngineSocket start(DefaultDockerClientConfig engine, String execId, boolean tty)
            throws IOException {
        EngineSocket socket = connect(engine);
        try {
            byte[] body =
                    "{\"Detach\":false,\"Tty\":%b}"
                            .formatted(tty)
                            .getBytes(StandardCharsets.US_ASCII);
            String head =
                    """
                    POST /exec/%s/start HTTP/1.1
                    Host: localhost
                    Content-Type: application/json
                    Content-Length: %d
                    Connection: Upgrade
                    Upgrade: tcp

                    """
                            .formatted(execId, body.length)
                            .replace("\n", "\r\n");
            socket.out.write(head.getBytes(StandardCharsets.US_ASCII));
            socket.out.write(body);
            socket.out.flush();
            socket.takeOver();
            return socket;
        } catch (IOException | RuntimeException failure) {
            socket.close();
            throw failure;
        }
    }

    private static EngineSocket connect(DefaultDockerClientConfig engine) throws IOException {
        URI host = engine.getDockerHost();
        return switch (host.getScheme()) {
            case "unix" -> {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    channel.connect(UnixDomainSocketAddress.of(host.getPath()));
                } catch (IOException | RuntimeException refused) {
                    channel.close();
                    throw refused;
                }
                yield overChannel(channel);
            }
            case "tcp", "http", "https" ->
                    engine.getSSLConfig() == null
                            ? overChannel(
                                    SocketChannel.open(
                                            new InetSocketAddress(host.getHost(), host.getPort())))
                            : overTls(engine, host);
            default ->
                    throw new IOException(
                            "Commands cannot be executed over DOCKER_HOST=%s; only unix and tcp are supported."
                                    .formatted(host));
        };
    }

    private static EngineSocket overChannel(SocketChannel channel) {
        return new EngineSocket(
                channel,
                channel::shutdownOutput,
                Channels.newInputStream(channel),
                Channels.newOutputStream(channel));
    }

    private static EngineSocket overTls(DefaultDockerClientConfig engine, URI host)
            throws IOException {
        try {
            SSLSocket socket =
                    (SSLSocket)
                            engine.getSSLConfig()
                                    .getSSLContext()
                                    .getSocketFactory()
                                    .createSocket(host.getHost(), host.getPort());
            // Closing one direction leaves the other open since TLS 1.3.
            return new EngineSocket(
                    socket,
                    socket::shutdownOutput,
                    socket.getInputStream(),
                    socket.getOutputStream());
        } catch (GeneralSecurityException unusable) {
            throw new IOException("TLS to the engine: " + unusable.getMessage(), unusable);
        }
    }

    /** Reads the head of the answer; what follows belongs to the command. */
    private void takeOver() throws IOException {
        String head = head();
        String[] status = head.split(" ", 3);
        int code =
                status.length > 1 && status[1].matches("\\d{3}") ? Integer.parseInt(status[1]) : 0;
        if (code != 101 && code != 200) {
            throw new IOException(error(code, head));
        }
    }

    private String head() throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0 || head.length() > LONGEST_HEAD_BYTES) {
                throw new IOException("the engine did not answer as it should");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private String error(int code, String head) throws IOException {
        int length = LONGEST_ERROR_BYTES;
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Math.min(length, Integer.parseInt(line.substring(15).strip()));
            }
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return message("the engine answered " + code + ": " + body, body);
    }

    /** What the engine says in an error's body, if it says something. */
    static String message(String fallback, String body) {
        int open = body.indexOf('{');
        int close = body.lastIndexOf('}');
        if (open < 0 || close < open) {
            return fallback;
        }
        try {
            String text =
                    JsonMapper.shared()
                            .readTree(body.substring(open, close + 1))
                            .path("message")
                            .asString("");
            return text.isEmpty() ? fallback : text;
        } catch (JacksonException notJson) {
            return fallback;
        }
    }

    InputStream output() {
        return in;
    }

    /** Passes input on; the engine slows it down if the command does not read. */
    void write(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        out.flush();
    }

    void endInput() throws IOException {
        noMoreInput.run();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException failure) {
            log.atDebug().setCause(failure).log("connection to the engine not closed");
        }
    }
}
