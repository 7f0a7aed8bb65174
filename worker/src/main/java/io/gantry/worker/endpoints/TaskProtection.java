package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.endpoints.LocalTasks.Caller;
import io.gantry.worker.session.AccessKey;
import io.gantry.worker.session.EcsCalls;
import io.gantry.worker.session.EcsCalls.Answer;
import io.gantry.worker.session.KeySigner;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Lets a task ask for its protection from scale-in, and change it, with the keys of its role. */
final class TaskProtection {
    static final String PATH = "task-protection/v1/state";
    private static final Duration LIMIT = Duration.ofSeconds(4);
    private static final String ENABLED = "ProtectionEnabled";
    private static final String MINUTES = "ExpiresInMinutes";
    private static final Set<String> MEMBERS = Set.of(ENABLED, MINUTES);

    private final LocalTasks tasks;
    private final CredentialStore credentials;
    private final EcsCalls calls;
    private final String cluster;
    private final String region;

    TaskProtection(
            LocalTasks tasks,
            CredentialStore credentials,
            EcsCalls calls,
            String cluster,
            String region) {
        this.tasks = tasks;
        this.credentials = credentials;
        this.calls = calls;
        this.cluster = cluster;
        this.region = region;
    }

    /** Answers GET and PUT. Blocks. */
    Reply answer(Request request) {
        boolean update = request.method().equals("PUT");
        ObjectNode wish = update ? wish(request.body()) : null;
        if (update && wish == null) {
            return error(
                    400,
                    null,
                    "InvalidParameterException",
                    "UpdateTaskProtection: failed to decode request",
                    null);
        }
        Caller caller = tasks.caller(request.segment(1));
        if (caller == null) {
            return error(
                            404,
                            null,
                            "ResourceNotFoundException",
                            "Failed to find a task for the request",
                            null)
                    .fromStranger();
        }
        String arn = caller.task().arn();
        if (wish != null && wish.path(ENABLED).isMissingNode()) {
            return error(
                    400,
                    arn,
                    "InvalidParameterException",
                    "Invalid request: does not contain 'ProtectionEnabled' field",
                    null);
        }
        AccessKey key = key(caller.task());
        if (key == null) {
            return error(
                    403,
                    arn,
                    "AccessDeniedException",
                    "Invalid Request: no task IAM role credentials available for task",
                    null);
        }
        return judged(
                arn,
                calls.call(
                        update ? "UpdateTaskProtection" : "GetTaskProtection",
                        question(arn, wish),
                        new KeySigner(() -> key, region),
                        LIMIT));
    }

    /** What a task wants; null unless it is of the right form. Null members count as absent. */
    private static @Nullable ObjectNode wish(String body) {
        JsonNode node;
        try {
            node = AcsJson.mapper().readTree(body);
        } catch (JacksonException notJson) {
            return null;
        }
        if (!(node instanceof ObjectNode wish)) {
            return null;
        }
        if (!MEMBERS.containsAll(wish.propertyNames())) {
            return null;
        }
        MEMBERS.forEach(
                member -> {
                    if (wish.path(member).isNull()) {
                        wish.remove(member);
                    }
                });
        JsonNode enabled = wish.path(ENABLED);
        JsonNode minutes = wish.path(MINUTES);
        boolean good =
                (enabled.isMissingNode() || enabled.isBoolean())
                        && (minutes.isMissingNode()
                                || (minutes.isIntegralNumber() && minutes.canConvertToInt()));
        return good ? wish : null;
    }

    private @Nullable AccessKey key(LocalTask task) {
        RoleCredentials expected = task.spec().roleCredentials();
        RoleCredentials found =
                expected == null ? null : credentials.get(expected.credentialsId(), tasks::isHere);
        return found == null || found.accessKeyId() == null || found.secretAccessKey() == null
                ? null
                : new AccessKey(found.accessKeyId(), found.secretAccessKey(), found.sessionToken());
    }

    private ObjectNode question(String arn, @Nullable ObjectNode wish) {
        ObjectNode question = AcsJson.mapper().createObjectNode().put("cluster", cluster);
        if (wish != null) {
            question.put("protectionEnabled", wish.path(ENABLED).asBoolean());
            if (wish.has(MINUTES)) {
                question.put("expiresInMinutes", wish.path(MINUTES).asInt());
            }
        }
        question.putArray("tasks").add(arn);
        return question;
    }

    private static Reply judged(String arn, Answer answer) {
        return switch (answer) {
            case Answer.Done(JsonNode body) -> done(arn, body);
            case Answer.Refused(int status, var code, var message, var requestId) ->
                    error(status, arn, code, message, requestId);
            case Answer.Unreachable(var why) -> error(500, arn, "ServerException", why, null);
            case Answer.TimedOut() ->
                    error(
                            504,
                            arn,
                            "RequestCanceled",
                            "Timed out calling ECS Task Protection API",
                            null);
        };
    }

    private static Reply done(String arn, JsonNode body) {
        JsonNode failures = body.path("failures");
        JsonNode tasks = body.path("protectedTasks");
        ObjectNode node = AcsJson.mapper().createObjectNode();
        if (failures.size() == 1) {
            JsonNode failure = failures.path(0);
            ObjectNode told = node.putObject("failure");
            told.put("Arn", text(failure.path("arn")));
            told.put("Detail", text(failure.path("detail")));
            told.put("Reason", text(failure.path("reason")));
            return Reply.json(200, node);
        }
        if (!failures.isEmpty() || tasks.size() != 1) {
            return error(500, arn, "ServerException", "Unexpected error occurred", null);
        }
        JsonNode task = tasks.path(0);
        ObjectNode told = node.putObject("protection");
        told.put("ExpirationDate", time(task.path("expirationDate")));
        told.put("ProtectionEnabled", task.path("protectionEnabled").asBoolean());
        told.put("TaskArn", task.path("taskArn").asString(arn));
        return Reply.json(200, node);
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.asString() : null;
    }

    /** RFC 3339 of seconds since the epoch; null for none. */
    private static @Nullable String time(JsonNode seconds) {
        return seconds.isNumber()
                ? Instant.ofEpochMilli(seconds.decimalValue().movePointRight(3).longValue())
                        .toString()
                : null;
    }

    private static Reply error(
            int status,
            @Nullable String arn,
            String code,
            String message,
            @Nullable String requestId) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        if (requestId != null) {
            node.put("requestID", requestId);
        }
        ObjectNode error = node.putObject("error");
        if (arn != null) {
            error.put("Arn", arn);
        }
        error.put("Code", code).put("Message", message);
        return Reply.json(status, node);
    }
}
