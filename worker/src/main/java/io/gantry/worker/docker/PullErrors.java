package io.gantry.worker.docker;

import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import io.gantry.common.acs.AcsJson;
import io.gantry.worker.runtime.NamedFailureException;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/**
 * What the engine says when it cannot pull, in its own words, and whether trying again may help.
 */
final class PullErrors {
    // What the registry, or the lack of room, says for good.
    private static final Pattern FINAL =
            Pattern.compile(
                    "denied|unauthorized|authentication required|no basic auth|forbidden"
                            + "|not found|manifest unknown|name unknown|does not exist"
                            + "|invalid reference|no matching manifest|no space left on device"
                            + "|unsupported|not supported|\\b(401|403|404)\\b");
    private static final int CLIENT_ERRORS = 400;
    private static final int SERVER_ERRORS = 500;
    private static final int TOO_MANY = 429;
    private static final Pattern PREFIX = Pattern.compile("^Status \\d+: ");

    private PullErrors() {}

    static boolean mayPass(Exception failure) {
        if (failure instanceof NamedFailureException) {
            // Time-outs: whoever was silent for so long may speak the next time.
            return true;
        }
        if (failure instanceof DockerException refused
                && refused.getHttpStatus() >= CLIENT_ERRORS
                && refused.getHttpStatus() < SERVER_ERRORS
                && refused.getHttpStatus() != TOO_MANY) {
            return false;
        }
        return !FINAL.matcher(words(failure).toLowerCase(Locale.ROOT)).find();
    }

    /** The engine's message without the wrapping of HTTP and JSON. */
    static String words(Exception failure) {
        String text = String.valueOf(failure.getMessage());
        if (failure instanceof DockerException) {
            return "Error response from daemon: " + message(PREFIX.matcher(text).replaceFirst(""));
        }
        if (failure instanceof DockerClientException) {
            return text.replaceFirst("^Could not pull image: ", "");
        }
        return failure instanceof IOException || failure instanceof NamedFailureException
                ? text
                : "Cannot connect to the Docker daemon: " + text;
    }

    private static String message(String answer) {
        try {
            return AcsJson.mapper().readTree(answer).path("message").asString(answer.strip());
        } catch (JacksonException notJson) {
            return answer.strip();
        }
    }
}
