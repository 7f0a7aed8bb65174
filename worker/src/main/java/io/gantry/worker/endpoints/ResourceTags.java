package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.worker.endpoints.TaskDocument.Tags;
import io.gantry.worker.session.EcsCalls;
import io.gantry.worker.session.EcsCalls.Answer;
import io.gantry.worker.session.RequestSigner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks the control plane for tags, with the worker's own key. */
final class ResourceTags {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final EcsCalls calls;
    private final RequestSigner worker;
    private final Supplier<@Nullable String> instanceArn;

    ResourceTags(EcsCalls calls, RequestSigner worker, Supplier<@Nullable String> instanceArn) {
        this.calls = calls;
        this.worker = worker;
        this.instanceArn = instanceArn;
    }

    /** The tags of a task and of this machine. Blocks. */
    Tags of(String taskArn) {
        List<ObjectNode> errors = new ArrayList<>();
        String instance = instanceArn.get();
        Map<String, String> ofInstance =
                instance == null ? null : ask("ContainerInstanceTags", instance, errors);
        return new Tags(ask("TaskTags", taskArn, errors), ofInstance, errors);
    }

    private @Nullable Map<String, String> ask(String member, String arn, List<ObjectNode> errors) {
        ObjectNode question = AcsJson.mapper().createObjectNode().put("resourceArn", arn);
        return switch (calls.call("ListTagsForResource", question, worker, LIMIT)) {
            case Answer.Done(JsonNode body) -> tags(body);
            case Answer.Refused(int status, var code, var message, var requestId) -> {
                errors.add(error(member, code, message, status, requestId, arn));
                yield null;
            }
            case Answer.Unreachable(var why) -> {
                errors.add(error(member, "RequestError", why, 500, null, arn));
                yield null;
            }
            case Answer.TimedOut() -> {
                errors.add(error(member, "RequestCanceled", "no answer in time", 504, null, arn));
                yield null;
            }
        };
    }

    private static Map<String, String> tags(JsonNode body) {
        Map<String, String> tags = new TreeMap<>();
        for (JsonNode tag : body.path("tags")) {
            tags.put(tag.path("key").asString(""), tag.path("value").asString(""));
        }
        return tags;
    }

    private static ObjectNode error(
            String member,
            String code,
            String message,
            int status,
            @Nullable String requestId,
            String arn) {
        ObjectNode error = AcsJson.mapper().createObjectNode();
        error.put("ErrorField", member);
        error.put("ErrorCode", code);
        error.put("ErrorMessage", message);
        error.put("StatusCode", status);
        if (requestId != null) {
            error.put("RequestId", requestId);
        }
        return error.put("ResourceARN", arn);
    }
}
