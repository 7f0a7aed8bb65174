package io.gantry.common.stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A text message of a stream. After {@link Exit} or {@link Failure} the worker says no more; the
 * client closes the stream then, so that nothing which is still on its way gets lost.
 */
public sealed interface StreamControl {

    /** Client to worker: the terminal has this size now. */
    record Resize(int columns, int rows) implements StreamControl {}

    /** Client to worker: nothing more will come for the command's standard input. */
    record StdinClosed() implements StreamControl {}

    /** Worker to client: the command has ended, or the end of the logs is reached. */
    record Exit(int code) implements StreamControl {}

    /** To the client: the stream cannot go on. */
    record Failure(String message) implements StreamControl {}

    /** The text message that says this. */
    default String encode() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        switch (this) {
            case Resize(int columns, int rows) ->
                    json.put("type", "resize").put("columns", columns).put("rows", rows);
            case StdinClosed() -> json.put("type", "stdin-closed");
            case Exit(int code) -> json.put("type", "exit").put("code", code);
            case Failure(String message) -> json.put("type", "error").put("message", message);
        }
        return json.toString();
    }

    /** What {@code text} says, or null if this version does not know it. */
    static @Nullable StreamControl decode(String text) {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(text);
        } catch (JacksonException notJson) {
            return null;
        }
        return switch (json.path("type").asString("")) {
            case "resize" -> new Resize(json.path("columns").asInt(0), json.path("rows").asInt(0));
            case "stdin-closed" -> new StdinClosed();
            case "exit" -> new Exit(json.path("code").asInt(1));
            case "error" -> new Failure(json.path("message").asString("unknown"));
            default -> null;
        };
    }
}
