package io.gantry.worker.session;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsMessage;
import io.gantry.common.check.Check;
import io.gantry.common.time.VirtualTime;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Nodes of a control plane in virtual time, some of which may be down. */
final class FakeControlPlane implements Transport {
    static final String INSTANCE = "arn:aws:ecs:us-east-1:1:container-instance/demo/i1";

    private final VirtualTime time;
    final List<Call> calls = new ArrayList<>();
    final List<FakeSocket> sockets = new ArrayList<>();
    final List<String> down = new ArrayList<>();
    HttpAnswer submitAnswer = new HttpAnswer(200, "{\"acknowledgment\":\"ok\"}");
    HttpAnswer registerAnswer =
            new HttpAnswer(
                    200, "{\"containerInstance\":{\"containerInstanceArn\":\"" + INSTANCE + "\"}}");

    record Call(String host, String operation, JsonNode body, Map<String, String> headers) {}

    FakeControlPlane(VirtualTime time) {
        this.time = time;
    }

    @Override
    public void post(
            URI uri,
            Map<String, String> headers,
            String body,
            Duration timeout,
            Consumer<HttpAnswer> answer) {
        String target = Check.present(headers.get("x-amz-target"), headers);
        String operation = target.substring(target.indexOf('.') + 1);
        calls.add(new Call(uri.getHost(), operation, AcsJson.mapper().readTree(body), headers));
        HttpAnswer result =
                down.contains(uri.getHost())
                        ? HttpAnswer.none("refused")
                        : switch (operation) {
                            case "RegisterContainerInstance" -> registerAnswer;
                            case "DiscoverPollEndpoint" -> discovered(uri);
                            default -> submitAnswer;
                        };
        time.after(Duration.ofMillis(1), () -> answer.accept(result));
    }

    private static HttpAnswer discovered(URI uri) {
        return new HttpAnswer(
                200,
                "{\"endpoint\":\"%1$sacs/\",\"telemetryEndpoint\":\"%1$stcs\"}".formatted(uri));
    }

    @Override
    public Socket open(URI uri, Map<String, String> headers, SocketListener listener) {
        FakeSocket socket = new FakeSocket(uri, headers, listener);
        sockets.add(socket);
        time.after(
                Duration.ofMillis(1),
                () -> {
                    if (down.contains(uri.getHost())) {
                        listener.closed("refused");
                    } else {
                        listener.opened();
                    }
                });
        return socket;
    }

    List<String> operations() {
        return calls.stream().map(Call::operation).toList();
    }

    long count(String operation) {
        return operations().stream().filter(operation::equals).count();
    }

    /** The latest socket of a channel, acs or tcs. */
    FakeSocket socket(String channel) {
        return sockets.reversed().stream()
                .filter(socket -> socket.uri.getPath().startsWith("/" + channel))
                .findFirst()
                .orElseThrow();
    }

    long opened(String channel) {
        return sockets.stream()
                .filter(socket -> socket.uri.getPath().startsWith("/" + channel))
                .count();
    }

    /** One side of a socket. */
    static final class FakeSocket implements Socket {
        final URI uri;
        final Map<String, String> headers;
        final SocketListener listener;
        final List<String> sent = new ArrayList<>();
        boolean closed;

        FakeSocket(URI uri, Map<String, String> headers, SocketListener listener) {
            this.uri = uri;
            this.headers = headers;
            this.listener = listener;
        }

        void deliver(AcsMessage message) {
            listener.text(AcsCodec.encode(message));
        }

        List<AcsMessage> messages() {
            return sent.stream()
                    .map(frame -> Check.present(AcsCodec.decode(frame), frame))
                    .toList();
        }

        @Override
        public void send(String text) {
            sent.add(text);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
