package io.gantry.common.acs;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The frame around every message: {@code {"type": ..., "message": {...}}}. */
final class Envelope {
    private static final JsonMapper JSON = AcsJson.mapper();

    private final String type;
    private final JsonNode message;

    private Envelope(String type, JsonNode message) {
        this.type = type;
        this.message = message;
    }

    static String write(String type, Object message) {
        ObjectNode envelope = JSON.createObjectNode();
        envelope.put("type", type);
        envelope.set("message", JSON.valueToTree(message));
        return JSON.writeValueAsString(envelope);
    }

    static String writeError(String type, @Nullable String message) {
        ObjectNode envelope = JSON.createObjectNode();
        envelope.put("type", type);
        ObjectNode content = envelope.putObject("message");
        if (message != null) {
            content.put("message", message);
        }
        return JSON.writeValueAsString(envelope);
    }

    static Envelope read(String frame) {
        JsonNode root;
        try {
            root = JSON.readTree(frame);
        } catch (JacksonException notJson) {
            throw new MalformedMessageException("frame is not JSON", notJson);
        }
        JsonNode type = root.path("type");
        JsonNode message = root.path("message");
        if (!type.isString() || !message.isObject()) {
            throw new MalformedMessageException("frame without type and message");
        }
        return new Envelope(type.asString(), message);
    }

    String type() {
        return type;
    }

    @Nullable String errorText() {
        JsonNode text = message.path("message");
        return text.isString() ? text.asString() : null;
    }

    <T> T as(Class<T> messageType) {
        try {
            return JSON.treeToValue(message, messageType);
        } catch (JacksonException wrongShape) {
            throw new MalformedMessageException(type + " has a wrong shape", wrongShape);
        }
    }

    /** Message types by the name they have on the wire. */
    static <T> Map<String, Class<? extends T>> byName(List<Class<? extends T>> types) {
        Map<String, Class<? extends T>> byName = new LinkedHashMap<>();
        types.forEach(type -> byName.put(type.getSimpleName(), type));
        return byName;
    }
}
