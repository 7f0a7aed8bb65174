package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.wire.HttpReply;
import io.gantry.common.wire.HttpRequest;
import io.gantry.common.wire.Samples;
import io.gantry.control.core.Audit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.EcsRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;

/**
 * Whatever is asked, the answer is a result or the client's fault, and the state stays sound. The
 * requests are random; words that mean something here are mixed in, so that many get far.
 */
class AnyRequestTest {
    private static final int REQUESTS = 1_500;
    private static final String PREFIX = "AmazonEC2ContainerServiceV20141113.";
    private static final List<String> WORDS =
            List.of(
                    "demo",
                    "web",
                    "web:1",
                    "main",
                    "side",
                    "default",
                    "busybox",
                    "host",
                    "data",
                    "256",
                    "512",
                    "1 vCPU",
                    "distinctInstance",
                    "spread",
                    "instanceId",
                    "",
                    Office.ARN + "cluster/demo",
                    Office.ARN + "service/demo/web",
                    Office.ARN + "task-definition/web:1",
                    "CMD",
                    "true");

    private static final Pattern STRING =
            Pattern.compile("(?<=[:\\[,])\"(?:[^\"\\\\]|\\\\.)*\"(?!:)");
    private static final Pattern NUMBER = Pattern.compile("(?<=[:\\[,])-?[0-9]+(?=[,\\]}])");

    private final Office office = new Office().withCluster("demo");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingThatIsAskedIsAnInternalError(long seed) throws ReflectiveOperationException {
        var random = new Random(seed);
        office.worker("demo", "com.amazonaws.ecs.capability.logging-driver.json-file");
        office.definition("web");
        var words = new ArrayList<>(WORDS);
        words.add(office.worker("demo"));
        words.add(
                office.ecs
                        .runTask(r -> r.cluster("demo").taskDefinition("web"))
                        .tasks()
                        .getFirst()
                        .taskArn());
        List<String> operations = List.copyOf(office.api.api().operations());
        int served = 0;
        for (int i = 0; i < REQUESTS; i++) {
            String operation = operations.get(random.nextInt(operations.size()));
            String body = body(operation, random, words);
            HttpReply reply = send(operation, body);
            assertThat(reply.status())
                    .as("%s %s: %s", operation, body, text(reply))
                    .isLessThan(500);
            served += reply.status() == 200 ? 1 : 0;
        }
        assertThat(served).isGreaterThan(REQUESTS / 20);
        Audit.check(office.log.state());
    }

    /** A random request as JSON, with some of its strings replaced by words that mean something. */
    private static String body(String operation, Random random, List<String> words)
            throws ReflectiveOperationException {
        Class<?> type =
                Class.forName(RunTaskRequest.class.getPackageName() + '.' + operation + "Request");
        double presence = random.nextBoolean() ? 0.15 : random.nextDouble();
        var request = (SdkPojo) new Samples(random.nextLong(), false, presence).of(type);
        assertThat(request).isInstanceOf(EcsRequest.class);
        String json = new String(JsonForm.of(request), StandardCharsets.UTF_8);
        return replaced(json, random, words);
    }

    private static String replaced(String json, Random random, List<String> words) {
        String text =
                STRING.matcher(json)
                        .replaceAll(
                                found ->
                                        random.nextInt(4) == 0
                                                ? Matcher.quoteReplacement(found.group())
                                                : '"'
                                                        + words.get(random.nextInt(words.size()))
                                                        + '"');
        return NUMBER.matcher(text)
                .replaceAll(
                        found ->
                                random.nextInt(8) == 0
                                        ? found.group()
                                        : Integer.toString(random.nextInt(0, 12)));
    }

    private HttpReply send(String operation, String body) {
        Map<String, String> headers =
                Map.of(
                        "x-amz-target", PREFIX + operation,
                        "content-type", "application/x-amz-json-1.1",
                        "host", "localhost");
        return office.dispatcher.dispatch(
                new HttpRequest(
                        "POST", "/", null, headers::get, body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }
}
