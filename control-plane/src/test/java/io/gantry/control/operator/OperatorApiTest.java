package io.gantry.control.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.time.VirtualTime;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.HttpReply;
import io.gantry.common.wire.HttpRequest;
import io.gantry.common.wire.SigV4;
import io.gantry.control.log.LogUnavailable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorApiTest {
    private static final Map<String, OperatorCall> CALLS =
            Map.of(
                    "echo",
                    asked -> asked,
                    "busy",
                    asked -> {
                        throw OperatorRefused.conflict("not now");
                    },
                    "cut-off",
                    asked -> {
                        throw new LogUnavailable("no quorum");
                    },
                    "broken",
                    asked -> {
                        throw new IllegalStateException("secret detail");
                    });

    private final OperatorApi api = new OperatorApi(Authentication.none(), CALLS);

    private static HttpRequest post(String path, String body) {
        return new HttpRequest(
                "POST", path, null, name -> null, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }

    @Test
    void callsAreAnswered() {
        HttpReply reply = api.reply(post("/gantry/echo", "{\"a\":1}"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(text(reply)).isEqualTo("{\"a\":1}");
        assertThat(text(api.reply(post("/gantry/echo", "")))).isEqualTo("{}");
    }

    @Test
    void refusalsTellWhoIsAtFault() {
        assertThat(api.reply(post("/gantry/nothing", "")).status()).isEqualTo(400);
        assertThat(api.reply(post("/gantry/echo", "{")).status()).isEqualTo(400);
        HttpReply busy = api.reply(post("/gantry/busy", ""));
        assertThat(busy.status()).isEqualTo(409);
        assertThat(text(busy)).contains("ConflictException", "not now");
        HttpReply cutOff = api.reply(post("/gantry/cut-off", ""));
        assertThat(cutOff.status()).isEqualTo(503);
        assertThat(text(cutOff)).contains("ServerException", "no quorum");
    }

    @Test
    void bugsAreNotTold() {
        HttpReply reply = api.reply(post("/gantry/broken", ""));
        assertThat(reply.status()).isEqualTo(500);
        assertThat(text(reply)).doesNotContain("secret detail");
    }

    @Test
    void unsignedCallsAreRefused() {
        var signed = new OperatorApi(new SigV4((_, _) -> null, new VirtualTime()), CALLS);
        HttpReply reply = signed.reply(post("/gantry/echo", "{}"));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(text(reply)).contains("AccessDeniedException");
    }
}
