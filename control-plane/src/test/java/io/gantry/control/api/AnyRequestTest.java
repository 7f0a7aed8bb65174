package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.wire.HttpReply;
import io.gantry.common.wire.Samples;
import io.gantry.control.core.Audit;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.EcsRequest;

/** Whatever is asked, the answer is a result or the client's fault, and the state stays sound. */
class AnyRequestTest {
    private static final int REQUESTS = 2_000;
    private static final ServiceKey WEB = new ServiceKey("demo", "web");

    private final Office office = new Office().withCluster("demo");

    private List<String> words() {
        var words =
                new ArrayList<>(
                        List.of(
                                "",
                                " ",
                                "demo",
                                "web",
                                "full",
                                "full:1",
                                "full:99",
                                "main",
                                "side",
                                "data",
                                "host",
                                "none",
                                "bridge",
                                "awsvpc",
                                "256",
                                "1 vCPU",
                                "EC2",
                                "spread",
                                "random",
                                "binpack",
                                "instanceId",
                                "attribute:stack",
                                "distinctInstance",
                                "RUNNING",
                                "STOPPED",
                                "ACTIVE",
                                "START",
                                "SUCCESS",
                                "udp",
                                "tcp",
                                "TAGS",
                                "8000-8010",
                                "80-70",
                                "GPU",
                                "InferenceAccelerator",
                                "1",
                                "task",
                                "shared",
                                "s3",
                                "/etc/a.env",
                                "file:///etc/a.env",
                                "arn:aws:s3:::bucket/a.env",
                                "arn:aws:iam::" + Office.ACCOUNT + ":role/r",
                                "disabled",
                                "http",
                                "syslog",
                                "splunk",
                                "awslogs",
                                "ALL",
                                "label:disable",
                                "net.core.somaxconn",
                                "kernel.sem",
                                "10.0.0.1",
                                "fd00::1",
                                "noexec",
                                "x".repeat(300),
                                "ü/:\n",
                                "arn:",
                                Office.ARN + "cluster/demo",
                                Office.ARN + "service/demo/web",
                                Office.ARN + "task-definition/full:1",
                                Office.ARN + "task/demo/"));
        office.log.state().workers().values().limit(2).forEach(w -> words.add(w.id().toString()));
        office.log.state().tasks().values().limit(2).forEach(t -> words.add(t.id().toString()));
        return words;
    }

    @Test
    void everythingThatIsSupportedIsAccepted() {
        sendExamples();
        assertThat(office.log.state().tasks().size()).isEqualTo(1);
        Audit.check(office.log.state());
    }

    private void sendExamples() {
        for (EcsRequest request : Examples.all()) {
            HttpReply reply = send(request);
            assertThat(reply.status()).as("%s: %s", request, text(reply)).isEqualTo(200);
            office.log
                    .state()
                    .workers()
                    .values()
                    .forEach(worker -> office.connect("/" + worker.id()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nearlyValidRequestsAreNeverAnInternalError(long seed) {
        var random = new Random(seed);
        sendExamples();
        int served = 0;
        for (int i = 0; i < REQUESTS; i++) {
            var mutations = new Mutations(random, words());
            SdkPojo request = Examples.all().get(random.nextInt(Examples.all().size()));
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                request = mutations.of(request);
            }
            HttpReply reply = send(request);
            assertThat(reply.status()).as("%s: %s", request, text(reply)).isLessThan(500);
            served += reply.status() == 200 ? 1 : 0;
            if (i % 20 == 0) {
                live(random);
            }
        }
        assertThat(served).isGreaterThan(REQUESTS / 10);
        Audit.check(office.log.state());
    }

    /** Lets the installation do what it does between requests. */
    private void live(Random random) {
        office.reconcile(WEB);
        for (var worker : office.log.state().workers().values().toList()) {
            if (random.nextInt(3) == 0) {
                office.connect("/" + worker.id());
            }
        }
        for (var task : office.log.state().tasks().values().toList()) {
            if (random.nextInt(3) == 0) {
                office.report(
                        Office.ARN + "task/demo/" + task.id(),
                        task.wanted() && random.nextBoolean() ? "RUNNING" : "STOPPED");
            }
        }
        if (random.nextInt(10) == 0) {
            office.submit(new Command.DeleteService(WEB, true));
        }
        office.time.advance(Duration.ofMinutes(random.nextInt(10)));
        office.submit(new Command.Tick());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void arbitraryRequestsAreNeverAnInternalError(long seed) throws ReflectiveOperationException {
        var random = new Random(seed);
        sendExamples();
        List<String> operations = List.copyOf(office.api.api().operations());
        for (int i = 0; i < REQUESTS; i++) {
            String operation = operations.get(random.nextInt(operations.size()));
            var samples = new Samples(random.nextLong(), false, random.nextDouble());
            SdkPojo request = (SdkPojo) samples.of(type(operation));
            var mutations = new Mutations(random, words());
            for (int changes = random.nextInt(6); changes > 0; changes--) {
                request = mutations.of(request);
            }
            HttpReply reply = send(request);
            assertThat(reply.status()).as("%s: %s", request, text(reply)).isLessThan(500);
        }
        Audit.check(office.log.state());
    }

    private static Class<?> type(String operation) throws ReflectiveOperationException {
        return Class.forName(EcsRequest.class.getPackageName() + '.' + operation + "Request");
    }

    private HttpReply send(SdkPojo request) {
        String name = request.getClass().getSimpleName();
        String operation = name.substring(0, name.length() - "Request".length());
        return office.send(operation, JsonForm.of(request));
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }
}
