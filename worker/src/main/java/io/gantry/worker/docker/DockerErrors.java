package io.gantry.worker.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import io.gantry.worker.core.AgentEvent.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The texts of failures, as Amazon's agent reports them: the name of the error, then what the
 * engine said. Programs match on their beginnings.
 */
final class DockerErrors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern STATUS = Pattern.compile("Status \\d+: (.*)", Pattern.DOTALL);
    private static final Pattern PORT_TAKEN =
            Pattern.compile("port is already allocated|address already in use");

    private DockerErrors() {}

    /** What is reported when {@code failure} ended {@code stage}. */
    static String text(Stage stage, Exception failure) {
        if (failure instanceof EngineException named) {
            return named.text();
        }
        String name =
                switch (stage) {
                    case PULL -> "CannotPullContainerError";
                    case CREATE -> "CannotCreateContainerError";
                    case START -> "CannotStartContainerError";
                    case STOP -> "CannotStopContainerError";
                };
        return name + ": " + message(failure);
    }

    /** What the engine said, or why it did not. */
    static String message(Exception failure) {
        if (failure instanceof DockerException said) {
            return "Error response from daemon: " + daemonMessage(said);
        }
        if (cause(failure) instanceof IOException unreachable) {
            return "Cannot connect to the container engine: " + unreachable.getMessage();
        }
        String text = failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : text;
    }

    private static Throwable cause(Exception failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && !(deepest instanceof IOException)) {
            deepest = deepest.getCause();
        }
        return deepest;
    }

    /** Without the status and the JSON around it. */
    static String daemonMessage(DockerException said) {
        String text = String.valueOf(said.getMessage());
        Matcher status = STATUS.matcher(text);
        String body = (status.matches() ? status.group(1) : text).strip();
        String message = message(body);
        return message == null ? body : message;
    }

    private static @Nullable String message(String body) {
        try {
            JsonNode message = JSON.readTree(body).path("message");
            return message.isTextual() ? message.asText().strip() : null;
        } catch (JsonProcessingException plainText) {
            return null;
        }
    }

    /** Whether somebody else has a port that the container wants. */
    static boolean saysPortTaken(DockerException said) {
        return PORT_TAKEN.matcher(daemonMessage(said)).find();
    }

    /**
     * The engine did not answer in time.
     *
     * @param transition such as {@code created}, {@code started}, {@code stopped}
     */
    static EngineException timeout(String transition, Duration waited) {
        return new EngineException(
                "DockerTimeoutError",
                "Could not transition to "
                        + transition
                        + "; timed out after waiting "
                        + spelt(waited));
    }

    /** As Go spells durations: 30s, 4m0s, 2h0m0s. */
    private static String spelt(Duration duration) {
        String seconds = duration.toSecondsPart() + "s";
        if (duration.toMinutes() == 0) {
            return seconds;
        }
        String minutes = duration.toMinutesPart() + "m" + seconds;
        return duration.toHours() == 0 ? minutes : duration.toHours() + "h" + minutes;
    }
}
