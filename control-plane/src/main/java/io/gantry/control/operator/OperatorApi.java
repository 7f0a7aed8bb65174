package io.gantry.control.operator;

import io.gantry.common.check.Check;
import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.HttpReply;
import io.gantry.common.wire.HttpRequest;
import io.gantry.common.wire.WireException;
import io.gantry.control.log.LogUnavailable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ecs.model.ServerException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers operators' calls, for keys of the installation only: not for those of task roles. */
public final class OperatorApi {
    private static final Logger log = LoggerFactory.getLogger(OperatorApi.class);
    private static final String PREFIX = "/gantry/";
    private static final JsonMapper JSON = new JsonMapper();

    private final Authentication authentication;
    private final Map<String, OperatorCall> calls;
    private final Map<String, OperatorDownload> downloads;

    /**
     * With the calls that are served.
     *
     * @param calls by name, such as {@code transfer-leadership}
     */
    public OperatorApi(Authentication authentication, Map<String, OperatorCall> calls) {
        this(authentication, calls, Map.of());
    }

    /**
     * With the calls that are served, and what can be fetched.
     *
     * @param calls by name, such as {@code transfer-leadership}
     * @param downloads by name, such as {@code snapshot}
     */
    public OperatorApi(
            Authentication authentication,
            Map<String, OperatorCall> calls,
            Map<String, OperatorDownload> downloads) {
        this.authentication = authentication;
        this.calls = Map.copyOf(calls);
        this.downloads = Map.copyOf(downloads);
    }

    /** Whether this is where requests for {@code path} belong. */
    public static boolean serves(String path) {
        return path.startsWith(PREFIX);
    }

    /** The answer to a POST; always one, whatever goes wrong. */
    public HttpReply reply(HttpRequest request) {
        return answer(
                request,
                () -> {
                    OperatorCall call = calls.get(name(request));
                    if (call == null) {
                        throw OperatorRefused.invalid("There is no call " + request.path() + '.');
                    }
                    return json(200, call.answer(body(request)));
                });
    }

    /** Whether the answer to a request is fetched with {@link #open} instead. */
    public boolean isDownload(HttpRequest request) {
        return downloads.containsKey(name(request));
    }

    /**
     * What was asked for, or why it is not to be had.
     *
     * @param reply of status 200 and without body if there is content
     */
    public record Download(HttpReply reply, OperatorDownload.@Nullable Content content) {}

    /** The beginning of the answer to a POST for something to fetch. */
    public Download open(HttpRequest request) {
        var opened = new AtomicReference<OperatorDownload.Content>();
        HttpReply reply =
                answer(
                        request,
                        () -> {
                            OperatorDownload download =
                                    Check.present(downloads.get(name(request)), request.path());
                            opened.set(download.open(body(request)));
                            return new HttpReply(
                                    200, "application/octet-stream", Map.of(), new byte[0]);
                        });
        return new Download(reply, opened.get());
    }

    private static String name(HttpRequest request) {
        return serves(request.path()) ? request.path().substring(PREFIX.length()) : "";
    }

    private HttpReply answer(HttpRequest request, Supplier<HttpReply> whenAllowed) {
        try {
            authorize(request);
            return whenAllowed.get();
        } catch (OperatorRefused refused) {
            return refusal(refused);
        } catch (WireException unsigned) {
            return refusal(OperatorRefused.denied(String.valueOf(unsigned.getMessage())));
        } catch (LogUnavailable unavailable) {
            return refusal(OperatorRefused.unavailable(unavailable.sentence()));
        } catch (ServerException unavailable) {
            return refusal(OperatorRefused.unavailable(String.valueOf(unavailable.getMessage())));
        } catch (RuntimeException | AssertionError failure) {
            log.atError().setCause(failure).addKeyValue("path", request.path()).log("call failed");
            return error(500, "ServerException", "An internal error occurred.");
        }
    }

    private void authorize(HttpRequest request) {
        AssumedRole role = authentication.authenticate(request).role();
        if (role != null) {
            throw OperatorRefused.denied(role.denial("gantry:Operate", "*"));
        }
    }

    private static JsonNode body(HttpRequest request) {
        try {
            return request.body().length == 0
                    ? JSON.createObjectNode()
                    : JSON.readTree(request.body());
        } catch (JacksonException malformed) {
            throw OperatorRefused.invalid("The body is not JSON.");
        }
    }

    private static HttpReply refusal(OperatorRefused refused) {
        return error(refused.status(), refused.code(), String.valueOf(refused.getMessage()));
    }

    private static HttpReply error(int status, String code, String message) {
        return json(status, JSON.createObjectNode().put("__type", code).put("message", message));
    }

    private static HttpReply json(int status, JsonNode body) {
        return new HttpReply(status, "application/json", Map.of(), JSON.writeValueAsBytes(body));
    }
}
