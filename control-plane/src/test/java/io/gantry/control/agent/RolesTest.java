package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.AccessDeniedException;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import tools.jackson.databind.JsonNode;

/** Tasks with roles: the agent gets their credentials, and the API knows them. */
class RolesTest {
    private static final String ACCOUNT = "123456789012";
    private static ControlNode node;
    private static RecordedAgent agent;
    private static AgentSocket socket;
    private static Task task;
    private static JsonNode told;

    @BeforeAll
    @SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
    static void start(@TempDir Path directory) throws IOException {
        node = ControlNode.alone(directory, Auth.SIGV4);
        agent =
                RecordedAgent.registered(
                        node, "demo", new AgentSigning(ControlNode.ACCESS_KEY, ControlNode.SECRET));
        socket = agent.idle();
        node.ecs.registerTaskDefinition(
                request ->
                        request.family("roles")
                                .taskRoleArn("arn:aws:iam::" + ACCOUNT + ":role/team/app")
                                .executionRoleArn("arn:aws:iam::" + ACCOUNT + ":role/pull")
                                .containerDefinitions(
                                        c -> c.name("main").image("busybox:local").memory(16)));
        task =
                node.ecs
                        .runTask(request -> request.cluster("demo").taskDefinition("roles"))
                        .tasks()
                        .getFirst();
        JsonNode payload = socket.next("PayloadMessage");
        told = payload.path("tasks").path(0);
        agent.acknowledge(socket, payload);
        agent.recording.task(2, task.taskArn());
        agent.accepted(
                "SubmitTaskStateChange",
                agent.recording.body("SubmitTaskStateChange", task.taskArn(), "RUNNING"));
    }

    @AfterAll
    static void stop() {
        agent.close();
        node.close();
    }

    private static AwsSessionCredentials keys(JsonNode credentials) {
        return AwsSessionCredentials.create(
                credentials.path("accessKeyId").asString(),
                credentials.path("secretAccessKey").asString(),
                credentials.path("sessionToken").asString());
    }

    private static AwsSessionCredentials application() {
        return keys(told.path("roleCredentials"));
    }

    private static EcsClient ecs(AwsCredentials credentials) {
        return EcsClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(node.url)
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .build();
    }

    private static GetCallerIdentityResponse identity(AwsCredentials credentials) {
        try (StsClient sts =
                StsClient.builder()
                        .region(Region.US_EAST_1)
                        .endpointOverride(node.url)
                        .credentialsProvider(StaticCredentialsProvider.create(credentials))
                        .build()) {
            return sts.getCallerIdentity();
        }
    }

    private static String id() {
        return task.taskArn().substring(task.taskArn().lastIndexOf('/') + 1);
    }

    @Test
    void theKeysOfAPayloadAreThoseOfTheRole() {
        GetCallerIdentityResponse caller = identity(application());
        assertThat(caller.arn()).isEqualTo("arn:aws:sts::" + ACCOUNT + ":assumed-role/app/" + id());
        assertThat(caller.account()).isEqualTo(ACCOUNT);
        assertThat(caller.userId()).matches("AROA[A-Z2-7]{17}:" + id());
        assertThat(identity(keys(told.path("executionRoleCredentials"))).arn())
                .isEqualTo("arn:aws:sts::" + ACCOUNT + ":assumed-role/pull/" + id());
    }

    @Test
    void aTaskMayNotUseTheRestOfTheApi() {
        try (EcsClient own = ecs(application())) {
            assertThatThrownBy(() -> own.runTask(r -> r.cluster("demo").taskDefinition("roles:1")))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining(
                            "User: arn:aws:sts::%1$s:assumed-role/app/%2$s is not authorized to perform: ecs:RunTask on resource: arn:aws:ecs:us-east-1:%1$s:task-definition/roles:1 because no identity-based policy allows the ecs:RunTask action"
                                    .formatted(ACCOUNT, id()));
            assertThatThrownBy(own::listClusters)
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("ecs:ListClusters on resource: *");
        }
    }

    @Test
    void keysAreNothingWithoutTheirToken() {
        AwsSessionCredentials keys = application();
        var bare = AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey());
        var foreign =
                AwsSessionCredentials.create(
                        keys.accessKeyId(),
                        keys.secretAccessKey(),
                        keys(told.path("executionRoleCredentials")).sessionToken());
        var forged = AwsSessionCredentials.create(keys.accessKeyId(), "guess", keys.sessionToken());
        refused(bare, "UnrecognizedClientException");
        refused(foreign, "UnrecognizedClientException");
        refused(forged, "InvalidSignatureException");
        assertThatThrownBy(() -> identity(bare))
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        refusal ->
                                assertThat(refusal.awsErrorDetails().errorCode())
                                        .isEqualTo("InvalidClientTokenId"));
    }

    private static void refused(AwsCredentials credentials, String code) {
        try (EcsClient client = ecs(credentials)) {
            assertThatThrownBy(client::listClusters)
                    .isInstanceOfSatisfying(
                            EcsException.class,
                            refusal ->
                                    assertThat(refusal.awsErrorDetails().errorCode())
                                            .isEqualTo(code));
        }
    }

    @Test
    void aTaskIsNotAnAgent() throws IOException {
        AwsSessionCredentials keys = application();
        var signing =
                new AgentSigning(keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken());
        try (var thief = new RecordedAgent(node, "demo", signing)) {
            RawHttp.Answer refusal = RawHttp.send(node.url, thief.signedUpgrade(), "");
            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.body())
                    .contains("\"type\":\"AccessDeniedException\"")
                    .contains("is not authorized to perform: ecs:Poll");
        }
    }

    @Test
    void anAgentThatHasLostTheCredentialsGetsThemAgain() {
        try (AgentSocketOwner again = new AgentSocketOwner(agent.commands())) {
            JsonNode application = again.socket().next("IAMRoleCredentialsMessage");
            JsonNode execution = again.socket().next("IAMRoleCredentialsMessage");
            assertThat(application.path("taskArn").asString()).isEqualTo(task.taskArn());
            assertThat(application.path("roleType").asString()).isEqualTo("TaskApplication");
            assertThat(application.path("roleCredentials").path("credentialsId"))
                    .isEqualTo(told.path("roleCredentials").path("credentialsId"));
            assertThat(execution.path("roleType").asString()).isEqualTo("TaskExecution");
            again.socket().send(agent.recording.frame("IAMRoleCredentialsAckRequest"));
            assertThat(again.socket().next("TaskManifestMessage").toString())
                    .contains(task.taskArn());
            assertThat(identity(keys(application.path("roleCredentials"))).arn())
                    .endsWith("assumed-role/app/" + id());
        }
    }

    private record AgentSocketOwner(AgentSocket socket) implements AutoCloseable {
        @Override
        public void close() {
            socket.drop();
        }
    }
}
