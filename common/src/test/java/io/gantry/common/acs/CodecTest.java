package io.gantry.common.acs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.acs.AcsMessage.PayloadMessage;
import io.gantry.common.check.Check;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class CodecTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void framesOfTheRealAgentAndItsServerSurviveARoundTrip() throws IOException {
        int known = 0;
        for (String frame : resource("acs-frames.jsonl").lines().toList()) {
            AcsMessage message = AcsCodec.decode(frame);
            if (message == null) {
                assertThat(frame).contains("BrandNewMessage");
                continue;
            }
            known++;
            assertThat(AcsCodec.decode(AcsCodec.encode(message))).isEqualTo(message);
            assertNothingInvented(JSON.readTree(AcsCodec.encode(message)), JSON.readTree(frame));
        }
        assertThat(known).isGreaterThan(12);
    }

    @Test
    void telemetryFramesSurviveARoundTrip() throws IOException {
        List<String> frames = resource("tcs-frames.jsonl").lines().toList();
        assertThat(frames).hasSizeGreaterThan(5);
        for (String frame : frames) {
            TcsMessage message = Check.present(TcsCodec.decode(frame), frame);
            assertThat(TcsCodec.decode(TcsCodec.encode(message))).isEqualTo(message);
            assertThat(withoutEmpty(JSON.readTree(TcsCodec.encode(message))))
                    .isEqualTo(withoutEmpty(JSON.readTree(frame)));
        }
    }

    @Test
    void aSignedTelemetryFrameIsSplitIntoHeadersAndJson() throws IOException {
        String wire = resource("tcs-signed.txt").strip().replace("\n", "\r\n");
        TcsFrame frame = TcsFrame.split(wire);

        assertThat(frame.headers().get("x-amz-date")).isEqualTo("20261122T070057Z");
        assertThat(frame.headers().get("authorization")).startsWith("AWS4-HMAC-SHA256 Credential=");
        assertThat(frame.json()).startsWith("{\"type\":\"PublishMetricsRequest\"");
        assertThat(frame.text()).isEqualTo(wire);
        assertThat(TcsCodec.decode(wire))
                .isInstanceOfSatisfying(
                        TcsMessage.PublishMetricsRequest.class,
                        metrics -> assertThat(metrics.metadata().idle()).isTrue());
    }

    @Test
    void theSmallestPayloadIsReadWithEmptyCollections() {
        var payload =
                (PayloadMessage)
                        Check.present(
                                AcsCodec.decode(
                                        """
                                        {"type":"PayloadMessage","message":{"messageId":"m1",
                                        "clusterArn":"c","containerInstanceArn":"i","new":[1],
                                        "tasks":[{"arn":"arn:x/1","desiredStatus":"RUNNING",
                                        "volumes":null,"containers":[{"name":"main"}]}]}}
                                        """),
                                "payload");

        AcsTask task = payload.tasks().getFirst();
        assertThat(task.volumes()).isEmpty();
        assertThat(task.containers().getFirst().environment()).isEmpty();
        assertThat(task.containers().getFirst().isEssential()).isFalse();
        assertThat(AcsCodec.encode(payload)).doesNotContain("null");
    }

    @Test
    void whatIsAbsentIsNotWrittenAndWhatIsZeroIs() {
        AcsContainer container =
                AcsContainer.of("web", "busybox").environment(Map.of("EMPTY", "")).build();
        AcsTask task = AcsTask.run("arn:x/1", "web", "1").containers(List.of(container)).build();

        assertThat(AcsCodec.encode(new PayloadMessage("m", "c", "i", 5, 1, null, List.of(task))))
                .isEqualTo(
                        """
                        {"type":"PayloadMessage","message":{"messageId":"m","clusterArn":"c",\
                        "containerInstanceArn":"i","generatedAt":5,"seqNum":1,"tasks":[{"arn":"arn:x/1",\
                        "desiredStatus":"RUNNING","family":"web","version":"1","containers":[{"name":"web",\
                        "image":"busybox","essential":true,"cpu":0,"memory":0,"environment":{"EMPTY":""}}]}]}}\
                        """);
    }

    @Test
    void anEmptyInventoryIsStillAnInventory() {
        var message = new AcsMessage.GantryInventoryMessage(List.of());
        assertThat(AcsCodec.decode(AcsCodec.encode(message))).isEqualTo(message);
    }

    @Test
    void nonsenseIsRefusedWithATypedException() {
        for (String frame :
                List.of(
                        "",
                        "nonsense",
                        "[]",
                        "{\"type\":1,\"message\":{}}",
                        "{\"type\":\"AckRequest\",\"message\":{}}",
                        "{\"type\":\"PayloadMessage\",\"message\":{\"messageId\":[]}}")) {
            assertThatThrownBy(() -> AcsCodec.decode(frame))
                    .isInstanceOf(MalformedMessageException.class);
        }
        assertThatThrownBy(() -> TcsFrame.split("Host: x\r\n"))
                .isInstanceOf(MalformedMessageException.class);
    }

    /** Everything in {@code written} stands in {@code original}, at the same place. */
    private static void assertNothingInvented(JsonNode written, JsonNode original) {
        if (written.isObject()) {
            written.properties()
                    .forEach(
                            member ->
                                    assertNothingInvented(
                                            member.getValue(), original.path(member.getKey())));
        } else if (written.isArray()) {
            assertThat(written.size()).isEqualTo(original.size());
            for (int i = 0; i < written.size(); i++) {
                assertNothingInvented(written.get(i), original.path(i));
            }
        } else if (!original.isMissingNode() || !isZero(written)) {
            assertThat(written).isEqualTo(original);
        }
    }

    private static boolean isZero(JsonNode node) {
        return node.isNumber() ? node.asDouble() == 0 : node.isBoolean() && !node.asBoolean();
    }

    /** Numbers as doubles, since 0 and 0.0 are the same on the wire. */
    private static Object withoutEmpty(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> members = new java.util.TreeMap<>();
            node.properties()
                    .forEach(
                            member -> {
                                Object value = withoutEmpty(member.getValue());
                                if (!value.equals("") && !value.equals(List.of())) {
                                    members.put(member.getKey(), value);
                                }
                            });
            return members;
        }
        if (node.isArray()) {
            return node.valueStream().map(CodecTest::withoutEmpty).toList();
        }
        return node.isNumber() ? (Object) node.asDouble() : node.asString();
    }

    private static String resource(String name) throws IOException {
        try (InputStream stream = CodecTest.class.getResourceAsStream(name)) {
            return new String(Check.present(stream, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
