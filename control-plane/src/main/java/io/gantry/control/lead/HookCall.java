package io.gantry.control.lead;

import io.gantry.common.model.Arn;
import io.gantry.common.wire.Json;
import io.gantry.common.wire.Shape.Structure;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Staging.HookStatus;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One call of a life-cycle hook: what it is told, and what its answer means.
 *
 * @param configured the hook as the deployment's configuration has it
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html">Life-cycle
 *     hooks</a>
 */
record HookCall(
        Realm realm, ServiceDeployment row, Staging.Hook hook, DeploymentLifecycleHook configured) {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final long CALL_BACK_SECONDS = 30;
    private static final long LONGEST_SECONDS = 86_400;
    private static final int TIMED_OUT = 408;
    private static final int TOO_MANY = 429;

    /**
     * What an answer means.
     *
     * @param againMillis how long until the next call, if it is IN_PROGRESS
     * @param note to be sent along then
     */
    record Verdict(HookStatus status, long againMillis, @Nullable String note) {}

    String payload() {
        ServiceKey service = row.key().service();
        ObjectNode payload = MAPPER.createObjectNode();
        payload.put("executionId", hook.id());
        Staging staging = row.staging();
        payload.put("lifecycleStage", staging == null ? null : staging.stage().name());
        payload.put("resourceArn", arn("service-deployment/" + service + '/' + row.key().id()));
        ObjectNode details = payload.putObject("executionDetails");
        details.put("serviceArn", arn("service/" + service));
        details.put("targetServiceRevisionArn", revision(row.target()));
        if (staging != null) {
            weights(details.putObject("testTrafficWeights"), staging, staging.test());
            weights(details.putObject("productionTrafficWeights"), staging, staging.production());
        }
        JsonNode hookDetails = details();
        if (hookDetails != null) {
            payload.set("hookDetails", hookDetails);
        }
        return payload.toString();
    }

    private void weights(ObjectNode weights, Staging staging, double green) {
        if (staging.blue() != 0) {
            weights.put(revision(staging.blue()), 100 - green);
        }
        weights.put(revision(row.target()), green);
    }

    /** What the hook said last, or else what was configured. */
    private @Nullable JsonNode details() {
        String note = hook.note();
        if (note != null) {
            return MAPPER.readTree(note);
        }
        byte[] whole = Json.TEXT.write(configured, Structure.of(DeploymentLifecycleHook.class));
        return MAPPER.readTree(new String(whole, StandardCharsets.UTF_8)).get("hookDetails");
    }

    private String revision(long number) {
        return arn("service-revision/" + row.key().service() + '/' + number);
    }

    private String arn(String resource) {
        return Arn.ecs(realm.region(), realm.account(), resource).toString();
    }

    /** A hook that is out of order for a moment is called again, until its time is over. */
    static Verdict later() {
        return new Verdict(HookStatus.IN_PROGRESS, CALL_BACK_SECONDS * 1_000, null);
    }

    static Verdict failed() {
        return new Verdict(HookStatus.FAILED, 0, null);
    }

    Verdict verdict(Webhooks.Answer answer) {
        int status = answer.status();
        if (status / 100 == 5 || status == TOO_MANY || status == TIMED_OUT) {
            return later();
        }
        if (status / 100 != 2) {
            return failed();
        }
        try {
            return verdict(MAPPER.readTree(answer.body()));
        } catch (JacksonException unreadable) {
            return failed();
        }
    }

    private static Verdict verdict(JsonNode answer) {
        String status = answer.path("hookStatus").asString("");
        long seconds = answer.path("callBackDelay").asLong(CALL_BACK_SECONDS);
        JsonNode details = answer.get("hookDetails");
        String note = details == null || details.isNull() ? null : details.toString();
        return switch (status) {
            case "SUCCEEDED" -> new Verdict(HookStatus.SUCCEEDED, 0, note);
            case "IN_PROGRESS" ->
                    new Verdict(
                            HookStatus.IN_PROGRESS,
                            Math.clamp(seconds, 1, LONGEST_SECONDS) * 1_000,
                            note);
            default -> failed();
        };
    }
}
