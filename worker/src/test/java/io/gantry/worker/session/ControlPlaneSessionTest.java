package io.gantry.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.AcsMessage.TaskIdentifier;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.TcsCodec;
import io.gantry.common.acs.TcsFrame;
import io.gantry.common.acs.TcsMessage;
import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.time.VirtualTime;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.TaskReport;
import io.gantry.worker.core.TaskStatus;
import io.gantry.worker.session.Transport.HttpAnswer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ControlPlaneSessionTest {
    private static final String TASK = "arn:aws:ecs:us-east-1:1:task/demo/t1";

    private final VirtualTime time = new VirtualTime();
    private final FakeControlPlane plane = new FakeControlPlane(time);
    private final FakeTasks tasks = new FakeTasks();
    private final ControlPlaneSession session =
            new ControlPlaneSession(
                    new SessionSettings(
                            List.of(URI.create("http://a:8700"), URI.create("http://b:8700")),
                            "demo",
                            new Resources(2048, 4096),
                            Set.of(HostPort.tcp(22)),
                            List.of("ecs.capability.full-sync"),
                            Map.of("rack", "r1"),
                            "0.1.0",
                            "20.10",
                            List.of("GPU-1")),
                    plane,
                    new KeySigner(() -> new AccessKey("AKID", "secret", null), "us-east-1"),
                    time,
                    time,
                    new Random(1),
                    tasks);

    private void connected() {
        session.start();
        time.advance(Duration.ofMillis(100));
    }

    @Test
    void registersAndOpensBothSocketsWithAnInventory() {
        tasks.running.add(TASK);
        connected();

        assertThat(plane.operations())
                .containsExactly(
                        "RegisterContainerInstance",
                        "DiscoverPollEndpoint",
                        "DiscoverPollEndpoint");
        assertThat(plane.calls.getFirst().body().toString())
                .contains("\"cluster\":\"demo\"", "\"integerValue\":2048")
                .contains("{\"name\":\"rack\",\"value\":\"r1\"}")
                .contains("\"stringSetValue\":[\"22\"]")
                .doesNotContain("versionInfo");
        assertThat(plane.calls.getFirst().headers().get("Authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=AKID/");
        assertThat(plane.socket("acs").uri.getRawQuery())
                .contains("dockerVersion=DockerVersion%3A%2020.10", "sendCredentials=true");
        assertThat(plane.socket("acs").messages())
                .containsExactly(
                        new AcsMessage.GantryInventoryMessage(
                                List.of(
                                        new AcsMessage.GantryInventoryMessage.KnownTask(
                                                TASK, "RUNNING"))));
    }

    @Test
    void aPayloadIsTakenOverAndThenAcknowledged() {
        connected();
        AcsTask run = AcsTask.run(TASK, "web", "1").build();
        AcsTask stop = AcsTask.stop(TASK + "0");
        plane.socket("acs")
                .deliver(
                        new AcsMessage.PayloadMessage(
                                "m1", "c", "i", 1, 7, null, List.of(run, stop)));
        time.settle();

        assertThat(tasks.assigned).containsExactly(stop, run);
        assertThat(tasks.sequence).isEqualTo(7);
        assertThat(plane.socket("acs").messages())
                .contains(new AcsMessage.AckRequest("c", FakeControlPlane.INSTANCE, "m1"));
    }

    @Test
    void aPayloadThatCannotBeTakenIsNotAcknowledgedAndTheConnectionIsMadeAnew() {
        connected();
        var first = plane.socket("acs");
        tasks.diskFull = true;
        AcsTask run = AcsTask.run(TASK, "web", "1").build();
        first.deliver(new AcsMessage.PayloadMessage("m1", "c", "i", 1, 7, null, List.of(run)));
        time.settle();
        assertThat(first.closed).isTrue();
        assertThat(first.messages()).noneMatch(AcsMessage.AckRequest.class::isInstance);

        tasks.diskFull = false;
        time.advance(Duration.ofSeconds(10));
        assertThat(plane.socket("acs")).isNotSameAs(first);
        assertThat(plane.socket("acs").closed).isFalse();
    }

    @Test
    void heartbeatsAreAnswered() {
        connected();
        plane.socket("acs").deliver(new AcsMessage.HeartbeatMessage("hb", true));
        time.settle();

        assertThat(plane.socket("acs").messages())
                .contains(new AcsMessage.HeartbeatAckRequest("hb"));
    }

    private List<Long> beats() {
        return plane.socket("acs").messages().stream()
                .filter(AcsMessage.GantryHeartbeatMessage.class::isInstance)
                .map(message -> ((AcsMessage.GantryHeartbeatMessage) message).number())
                .toList();
    }

    @Test
    void aLeaseCountsFromTheMomentAtWhichTheAnsweredHeartbeatWasSent() {
        connected();
        time.advance(Duration.ofSeconds(30));
        assertThat(beats()).as("not before leases are announced").isEmpty();

        tasks.stamp = 100;
        plane.socket("acs").deliver(new AcsMessage.GantryLeaseMessage(0));
        time.settle();
        tasks.stamp = 300;
        time.advance(LeaseHeartbeats.INTERVAL);
        assertThat(beats()).containsExactly(1L, 2L);
        tasks.stamp = 900;
        plane.socket("acs").deliver(new AcsMessage.GantryLeaseMessage(2));
        plane.socket("acs").deliver(new AcsMessage.GantryLeaseMessage(1));
        plane.socket("acs").deliver(new AcsMessage.GantryLeaseMessage(77));
        time.settle();
        assertThat(tasks.renewals).containsExactly(300L);
    }

    @Test
    void aNodeThatRenewsNoLeaseIsLeftForAnother() {
        connected();
        var first = plane.socket("acs");
        first.deliver(new AcsMessage.GantryLeaseMessage(0));
        time.advance(Duration.ofSeconds(20));
        assertThat(first.closed).isTrue();
        var second = plane.socket("acs");
        assertThat(second.uri.getHost()).isNotEqualTo(first.uri.getHost());
        // What the first node says late is not heard any more.
        first.deliver(new AcsMessage.GantryLeaseMessage(1));
        time.settle();
        assertThat(tasks.renewals).isEmpty();
    }

    @Test
    void whatTheManifestDoesNotListIsVerifiedAndStopped() {
        tasks.running.add(TASK);
        connected();
        var socket = plane.socket("acs");
        socket.deliver(new AcsMessage.TaskManifestMessage("f1", "c", "i", 1, 5, List.of()));
        time.settle();
        var candidates = List.of(new TaskIdentifier(TASK, "c", "STOPPED"));
        assertThat(socket.messages())
                .contains(new AcsMessage.TaskStopVerificationMessage("f1", candidates));

        socket.deliver(new AcsMessage.TaskStopVerificationAck("other", 1, candidates));
        time.settle();
        assertThat(tasks.assigned).isEmpty();
        socket.deliver(new AcsMessage.TaskStopVerificationAck("f1", 1, candidates));
        time.settle();
        assertThat(tasks.assigned).containsExactly(AcsTask.stop(TASK));
    }

    @Test
    void anOldManifestIsIgnored() {
        connected();
        tasks.sequence = 5;
        plane.socket("acs")
                .deliver(new AcsMessage.TaskManifestMessage("f1", "c", "i", 1, 5, List.of()));
        time.settle();

        assertThat(plane.socket("acs").messages()).hasSize(1);
    }

    @Test
    void aSilentSocketIsDroppedAndAnotherNodeIsAsked() {
        connected();
        var first = plane.socket("acs");
        time.advance(Duration.ofSeconds(61));

        assertThat(first.closed).isTrue();
        assertThat(plane.opened("acs")).isEqualTo(2);
        assertThat(plane.socket("acs").uri.getHost()).isEqualTo("b");
        assertThat(plane.socket("acs").uri.getRawQuery()).contains("sendCredentials=false");
    }

    @Test
    void aDeadNodeIsReplacedWithinASecond() {
        plane.down.add("a");
        session.start();
        time.advance(Duration.ofSeconds(1));

        assertThat(tasks.instance).isEqualTo(FakeControlPlane.INSTANCE);
        assertThat(plane.socket("acs").uri.getHost()).isEqualTo("b");
    }

    @Test
    void aCutSocketComesBackWithBackOff() {
        connected();
        plane.down.add("a");
        plane.down.add("b");
        plane.socket("acs").listener.closed("cut");
        time.advance(Duration.ofMinutes(5));
        long attempts = plane.count("DiscoverPollEndpoint");
        assertThat(attempts).isBetween(40L, 100L);

        plane.down.clear();
        time.advance(Duration.ofSeconds(13));
        assertThat(plane.socket("acs").closed).isFalse();
        assertThat(plane.socket("acs").sent).hasSize(1);
    }

    @Test
    void reportsAreRepeatedUntilTheyAreTaken() {
        connected();
        plane.submitAnswer = new HttpAnswer(500, "{\"__type\":\"ServerException\"}");
        session.report(report(1));
        time.advance(Duration.ofMinutes(1));
        long attempts = plane.count("SubmitTaskStateChange");
        assertThat(attempts).isBetween(8L, 25L);
        assertThat(tasks.acknowledged).isEmpty();

        plane.submitAnswer = new HttpAnswer(200, "{}");
        time.advance(Duration.ofSeconds(13));
        assertThat(tasks.acknowledged).containsExactly(1L);
        assertThat(plane.calls.getLast().body().toString())
                .contains("\"status\":\"RUNNING\"", "\"pullStartedAt\":1.5")
                .contains("\"hostPort\":32768");
    }

    @Test
    void reportsBeforeRegistrationWaitForIt() {
        session.report(report(1));
        time.advance(Duration.ofSeconds(1));
        assertThat(plane.operations()).isEmpty();

        connected();
        assertThat(tasks.acknowledged).containsExactly(1L);
    }

    @Test
    void telemetryIsSignedAndRegular() {
        connected();
        var socket = plane.socket("tcs");
        TcsFrame frame = TcsFrame.split(socket.sent.getFirst());
        assertThat(frame.headers()).containsKeys("authorization", "host", "x-amz-date");
        assertThat(TcsCodec.decode(frame.json()))
                .isInstanceOfSatisfying(
                        TcsMessage.PublishMetricsRequest.class,
                        metrics -> assertThat(metrics.metadata().idle()).isTrue());

        int before = socket.sent.size();
        time.advance(Duration.ofSeconds(41));
        assertThat(socket.sent).hasSize(before * 3);
    }

    @Test
    void aChangeOfHealthIsToldAtOnceTogetherWithOthers() {
        connected();
        var socket = plane.socket("tcs");
        int before = socket.sent.size();
        session.healthChanged(TASK);
        session.healthChanged(TASK);
        time.advance(Duration.ofMillis(300));
        assertThat(socket.sent).hasSize(before + 1);
        assertThat(TcsCodec.decode(TcsFrame.split(socket.sent.getLast()).json()))
                .isInstanceOfSatisfying(
                        TcsMessage.PublishHealthRequest.class,
                        health -> assertThat(health.tasks()).hasSize(1));
    }

    @Test
    void credentialsOfKnownTasksAreAcknowledged() {
        tasks.running.add(TASK);
        connected();
        var role = new AcsTask.RoleCredentials("c1", null, "AK", "s", "t", "2026", null);
        var socket = plane.socket("acs");
        socket.deliver(
                new AcsMessage.IAMRoleCredentialsMessage(
                        "m1", TASK, null, "TaskApplication", role));
        socket.deliver(
                new AcsMessage.IAMRoleCredentialsMessage(
                        "m2", "unknown", null, "TaskApplication", role));
        time.settle();

        assertThat(socket.messages())
                .contains(new AcsMessage.IAMRoleCredentialsAckRequest("m1", "2026", "c1"))
                .doesNotContain(new AcsMessage.IAMRoleCredentialsAckRequest("m2", "2026", "c1"));
    }

    @Test
    void registrationGoesOnThroughRefusals() {
        plane.registerAnswer =
                new HttpAnswer(400, "{\"__type\":\"ClientException\",\"message\":\"unknown\"}");
        session.start();
        time.advance(Duration.ofMinutes(1));
        assertThat(plane.count("RegisterContainerInstance")).isGreaterThan(5);
        String first = plane.calls.getFirst().body().path("clientToken").asString();
        assertThat(plane.calls.getLast().body().path("clientToken").asString()).isEqualTo(first);
    }

    @Test
    void nothingHappensAfterStop() {
        connected();
        session.stop();
        int calls = plane.calls.size();
        plane.sockets.forEach(socket -> socket.listener.closed("cut"));
        time.advance(Duration.ofMinutes(5));

        assertThat(plane.calls).hasSize(calls);
        assertThat(plane.socket("acs").closed).isTrue();
    }

    private static TaskReport report(long number) {
        var container =
                new TaskReport.ContainerReport(
                        "web",
                        "id",
                        TaskStatus.RUNNING,
                        null,
                        null,
                        null,
                        List.of(new PortBinding("0.0.0.0", 80, 32768, "tcp")));
        return new TaskReport(
                TASK, number, TaskStatus.RUNNING, null, List.of(container), 1_500L, null, null);
    }
}
