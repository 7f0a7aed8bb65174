package io.gantry.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.wire.Shape.Structure;
import io.gantry.common.wire.WireException.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesResponse;
import software.amazon.awssdk.services.ecs.model.DescribeTasksResponse;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Resource;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.Scale;
import software.amazon.awssdk.services.ecs.model.SubmitTaskStateChangeRequest;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.cbor.CBORFactory;

class JsonTest {
    private static final List<Class<? extends SdkPojo>> TYPES =
            List.of(
                    RegisterTaskDefinitionRequest.class,
                    RunTaskRequest.class,
                    CreateServiceRequest.class,
                    TaskDefinition.class,
                    DescribeServicesResponse.class,
                    DescribeTasksResponse.class);

    @Test
    void textAndCborGiveBackWhatTheyWereGiven() {
        for (Class<? extends SdkPojo> type : TYPES) {
            var shape = Structure.of(type);
            for (int seed = 0; seed < 20; seed++) {
                SdkPojo sample = new Samples(seed, false, 0.7).of(type);
                for (Json codec : List.of(Json.TEXT, Json.CBOR)) {
                    byte[] document = codec.write(sample, shape);
                    assertThat(codec.read(document, shape)).isEqualTo(sample);
                    assertThat(codec.write(codec.read(document, shape), shape)).isEqualTo(document);
                }
            }
        }
    }

    static Stream<TokenStreamFactory> factories() {
        return Stream.of(CBORFactory.builder().build(), JsonFactory.builder().build());
    }

    @ParameterizedTest
    @MethodSource("factories")
    void objectsCanBePartOfOtherDocuments(TokenStreamFactory factory) {
        TaskDefinition first = new Samples(1, false, 1).of(TaskDefinition.class);
        RunTaskRequest second = new Samples(2, false, 1).of(RunTaskRequest.class);
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            out.writeName("list");
            out.writeStartArray();
            Json.write(out, first);
            Json.write(out, second);
            out.writeEndArray();
            out.writeNumberProperty("after", 7);
            out.writeEndObject();
        }
        byte[] document = bytes.toByteArray();
        try (JsonParser in = factory.createParser(ObjectReadContext.empty(), document)) {
            in.nextToken();
            assertThat(in.nextName()).isEqualTo("list");
            in.nextToken();
            in.nextToken();
            assertThat(Json.read(in, TaskDefinition.class)).isEqualTo(first);
            assertThat(in.currentToken()).isEqualTo(JsonToken.END_OBJECT);
            in.nextToken();
            assertThat(Json.read(in, RunTaskRequest.class)).isEqualTo(second);
            assertThat(in.nextToken()).isEqualTo(JsonToken.END_ARRAY);
            assertThat(in.nextName()).isEqualTo("after");
        }
    }

    @Test
    void absentAndEmptyAreTwoThings() {
        var shape = Structure.of(DescribeClustersRequest.class);
        assertThat(text(DescribeClustersRequest.builder().build())).isEqualTo("{}");
        assertThat(text(DescribeClustersRequest.builder().clusters(List.of()).build()))
                .isEqualTo("{\"clusters\":[]}");
        var absent = (DescribeClustersRequest) Json.TEXT.read(utf8("{\"clusters\":null}"), shape);
        var empty = (DescribeClustersRequest) Json.TEXT.read(utf8("{\"clusters\":[]}"), shape);
        assertThat(absent.hasClusters()).isFalse();
        assertThat(empty.hasClusters()).isTrue();
    }

    @Test
    void noIdempotencyTokenIsMadeUp() {
        assertThat(text(CreateServiceRequest.builder().serviceName("web").build()))
                .isEqualTo("{\"serviceName\":\"web\"}");
        assertThat(text(RunTaskRequest.builder().clientToken("t").build()))
                .isEqualTo("{\"clientToken\":\"t\"}");
    }

    @Test
    void anEmptyBodyIsAnEmptyStructure() {
        assertThat(Json.TEXT.read(new byte[0], Structure.of(RunTaskRequest.class)))
                .isEqualTo(RunTaskRequest.builder().build());
    }

    @Test
    void unknownMembersAndUnknownEnumValuesDoNoHarm() {
        String body =
                "{\"new\":{\"a\":[1,{\"b\":null}]},\"launchType\":\"MOON\",\"count\":2.0,\"x\":\"y\"}";
        RunTaskRequest read = (RunTaskRequest) read(RunTaskRequest.class, body);
        assertThat(read.launchTypeAsString()).isEqualTo("MOON");
        assertThat(read.count()).isEqualTo(2);
        assertThat(text(read)).isEqualTo("{\"count\":2,\"launchType\":\"MOON\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1718352000 | 2024-06-14T08:00:00Z",
                "1718352000.123 | 2024-06-14T08:00:00.123Z",
                "1.718352000123E9 | 2024-06-14T08:00:00.123Z",
                "\"2024-06-14T08:00:00.123Z\" | 2024-06-14T08:00:00.123Z",
                "\"2024-06-14T10:00:00+02:00\" | 2024-06-14T08:00:00Z"
            })
    void timesAreReadInEveryNotation(String json, Instant expected) {
        var read =
                (SubmitTaskStateChangeRequest)
                        read(
                                SubmitTaskStateChangeRequest.class,
                                "{\"pullStartedAt\":" + json + "}");
        assertThat(read.pullStartedAt()).isEqualTo(expected);
        assertThat(text(read)).matches("\\{\"pullStartedAt\":1718352000\\.\\d{3}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"count\":\"1\"} | STRING_VALUE can not be converted to an Integer",
                "{\"count\":1.5} | DECIMAL_VALUE can not be converted to an Integer",
                "{\"count\":1e400} | DECIMAL_VALUE can not be converted to an Integer",
                "{\"count\":true} | TRUE_VALUE can not be converted to an Integer",
                "{\"count\":2147483648} | NUMBER_VALUE can not be converted to an Integer",
                "{\"count\":99999999999999999999} | out of range of `long`",
                "{\"count\":[]} | Start of list can not be converted to an Integer",
                "{\"cluster\":7} | NUMBER_VALUE can not be converted to a String",
                "{\"cluster\":{}} | Start of structure or map can not be converted to a String",
                "{\"enableECSManagedTags\":\"true\"} | can not be converted to a Boolean",
                "{\"tags\":{}} | Start of structure or map can not be converted to a list",
                "{\"tags\":[null]} | NULL_VALUE can not be an element",
                "{\"tags\":[[]]} | Start of list can not be converted to a structure",
                "{\"count\":1,\"count\":1} | Duplicate member 'count'",
                "{\"cluster\":\"\\ud800\"} | incomplete surrogate pair",
                "{\"cluster\":\"\\udc00\\ud800\"} | incomplete surrogate pair",
                "{\"count\":NaN} | NaN",
                "{\"count\":01} | Leading zeroes",
                "{\"count\":1 | end-of-input",
                "{\"count\" | end-of-input",
                "{'count':1} | Unexpected character",
                "[] | Start of list can not be converted to a structure",
                "null | NULL_VALUE can not be converted to a structure",
                "{}{} | Unexpected content",
                "^   ^ | End of the request can not be converted to a structure"
            },
            quoteCharacter = '^')
    void whatIsNotARequestIsRefused(String body, String complaint) {
        assertRefused(RunTaskRequest.class, utf8(body), complaint);
    }

    @ParameterizedTest
    @CsvSource({"'{\"x\":', 2000", "[, 200", "1, 5000"})
    void complaintsDoNotNameTheParsersOwnParts(String part, int times) {
        byte[] body = utf8("{\"count\":" + part.repeat(times));
        assertThatThrownBy(() -> Json.TEXT.read(body, Structure.of(RunTaskRequest.class)))
                .isInstanceOf(WireException.class)
                .hasMessageNotContainingAny("Constraints", "`", "start marker");
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        byte[] body = "{\"cluster\":\"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(RunTaskRequest.class, body, "UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "-1e400", "\"NaN\"", "\"Infinity\""})
    void onlyFiniteNumbersAreNumbers(String number) {
        assertRefused(Scale.class, utf8("{\"value\":" + number + "}"), "");
        assertRefused(Resource.class, utf8("{\"doubleValue\":" + number + "}"), "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e300", "99999999999999", "\"+1000000-01-01T00:00:00Z\"", "\"x\""})
    void timesFarAwayAreRefused(String time) {
        byte[] body = utf8("{\"pullStartedAt\":" + time + "}");
        assertRefused(SubmitTaskStateChangeRequest.class, body, "imestamp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void depthIsLimitedAnywhere(String opening) {
        String deep = opening.repeat(100_000);
        assertRefused(RunTaskRequest.class, utf8("{\"unknown\":" + deep), "depth");
        assertRefused(RunTaskRequest.class, utf8("{\"tags\":" + deep), "");
        assertRefused(DeploymentLifecycleHook.class, utf8("{\"hookDetails\":" + deep), "depth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "1e-999999999", "{\"a\":1,\"a\":1}", "\"\\ud800\""})
    void documentsAreNoWayAroundTheRules(String document) {
        byte[] body = utf8("{\"hookDetails\":" + document + "}");
        assertRefused(DeploymentLifecycleHook.class, body, "");
    }

    @Test
    void numbersInDocumentsKeepTheirValue() {
        String body = "{\"hookDetails\":[1,-0.5,12345678901234567890123,null,true]}";
        var read = (DeploymentLifecycleHook) read(DeploymentLifecycleHook.class, body);
        assertThat(text(read)).isEqualTo(body);
        assertThat(read.hookDetails().asList().getFirst()).isEqualTo(Document.fromNumber("1"));
    }

    @Test
    void cborIsHeldToTheSameRules() {
        assertRefusedCbor("a165636f756e74fb7ff8000000000000"); // NaN for an integer
        assertRefusedCbor("a165636f756e741b7fffffffffffffff"); // too large for one
        assertRefusedCbor("a165636f756e74c24901ffffffffffffffff"); // a big integer
        assertRefusedCbor("a265636f756e740165636f756e7401"); // the same member twice
        assertRefusedCbor("a167636c757374657261ff"); // text that is not UTF-8
        assertRefusedCbor("a167636c757374657262c341"); // a character cut short
        assertRefusedCbor("a165636f756e74"); // cut short
        assertRefusedCbor("a16474616773" + "81".repeat(5000)); // too deep
        assertRefusedCbor("a16178" + "81".repeat(5000)); // too deep where nobody looks
        assertRefusedCbor("a16178" + "c1".repeat(5000) + "01ff"); // tags upon tags
    }

    /** Damaged documents must be read or refused, but never surprise us. */
    @Test
    void damagedDocumentsNeverCauseOtherFailures() {
        var random = new Random(7);
        for (Json codec : List.of(Json.TEXT, Json.CBOR)) {
            for (Class<? extends SdkPojo> type : TYPES) {
                var shape = Structure.of(type);
                byte[] good = codec.write(new Samples(3, false, 0.6).of(type), shape);
                for (int i = 0; i < 1500; i++) {
                    byte[] bad = good.clone();
                    for (int j = random.nextInt(4); j >= 0; j--) {
                        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
                    }
                    try {
                        codec.write(codec.read(bad, shape), shape);
                    } catch (WireException refused) {
                        assertThat(refused.kind()).isEqualTo(Kind.MALFORMED);
                    }
                }
            }
        }
    }

    @Test
    void textThatCannotBeWrittenIsMended() {
        assertThat(text(Tag.builder().key("a\ud800b").value("\ud83d\ude80").build()))
                .isEqualTo("{\"key\":\"a\ufffdb\",\"value\":\"\ud83d\ude80\"}");
    }

    private static String text(SdkPojo value) {
        byte[] document = Json.TEXT.write(value, Structure.of(value.getClass()));
        return new String(document, StandardCharsets.UTF_8);
    }

    private static Object read(Class<? extends SdkPojo> type, String body) {
        return Json.TEXT.read(utf8(body), Structure.of(type));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertRefusedCbor(String hex) {
        byte[] body = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> Json.CBOR.read(body, Structure.of(RunTaskRequest.class)))
                .isInstanceOf(WireException.class);
    }

    private static void assertRefused(Class<?> type, byte[] body, String complaint) {
        assertThatThrownBy(() -> Json.TEXT.read(body, Structure.of(type)))
                .hasMessageContaining(complaint)
                .isInstanceOfSatisfying(
                        WireException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MALFORMED));
    }
}
