package io.gantry.common.wire;

import io.gantry.common.wire.Shape.Structure;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.dataformat.cbor.CBORFactory;

/**
 * Model objects as JSON or CBOR. Times are cut to milliseconds; whatever else a model object holds
 * comes back as it was, unknown enum values included.
 */
public final class Json {
    private static final StreamReadConstraints LIMITS =
            StreamReadConstraints.builder().maxNestingDepth(100).build();

    /** As awsJson1_0 and awsJson1_1 have it. */
    public static final Json TEXT =
            new Json(JsonFactory.builder().streamReadConstraints(LIMITS).build());

    /** As rpcv2Cbor has it. */
    public static final Json CBOR =
            new Json(CBORFactory.builder().streamReadConstraints(LIMITS).build());

    private final TokenStreamFactory factory;

    private Json(TokenStreamFactory factory) {
        this.factory = factory;
    }

    /**
     * An object of the shape's class; a body without content stands for one without members. Throws
     * a {@link WireException} for whatever is not such an object.
     */
    public Object read(byte[] body, Structure structure) {
        if (body.length == 0) {
            return Structure.build(structure.newBuilder());
        }
        try (JsonParser in = factory.createParser(ObjectReadContext.empty(), body)) {
            in.nextToken();
            Object value = JsonReader.structure(in, structure);
            if (in.nextToken() != null) {
                throw WireException.malformed("Unexpected content after the end of the request");
            }
            return value;
        } catch (JacksonException malformed) {
            throw WireException.malformed(firstClause(malformed.getOriginalMessage()));
        }
    }

    /** The parser goes on to tell where it was and whose limit that is, which helps no client. */
    private static String firstClause(String message) {
        String text = message.replaceFirst(", from `[^`]*`\\)", ")");
        int details = text.indexOf(" (start marker");
        return details < 0 ? text : text.substring(0, details);
    }

    /** The document that {@link #read(byte[], Structure)} makes the same object of. */
    public byte[] write(Object value, Structure structure) {
        return written(out -> JsonWriter.structure(out, structure, value));
    }

    /** Writes an object into a document that is being written. */
    public static void write(JsonGenerator out, SdkPojo value) {
        JsonWriter.structure(out, Structure.of(value.getClass()), value);
    }

    /**
     * Reads an object out of a document that is being read, from its START_OBJECT to its
     * END_OBJECT. Throws a {@link JacksonException} or {@link WireException} if it is not one.
     */
    public static <T extends SdkPojo> T read(JsonParser in, Class<T> type) {
        return type.cast(JsonReader.structure(in, Structure.of(type)));
    }

    /** An error: its code and message first, then whatever members the exception has. */
    byte[] writeError(String code, @Nullable String message, @Nullable SdkPojo exception) {
        return written(
                out -> {
                    out.writeStartObject();
                    out.writeStringProperty("__type", code);
                    if (message != null) {
                        out.writeStringProperty("message", Text.wellFormed(message));
                    }
                    if (exception != null && !exception.sdkFields().isEmpty()) {
                        JsonWriter.members(out, Structure.of(exception.getClass()), exception);
                    }
                    out.writeEndObject();
                });
    }

    private byte[] written(Consumer<JsonGenerator> content) {
        BufferRecycler recycler = factory._getBufferRecycler();
        try (var bytes = new ByteArrayBuilder(recycler)) {
            var context = ObjectWriteContext.empty();
            try (JsonGenerator out = factory.createGenerator(context, bytes, JsonEncoding.UTF8)) {
                content.accept(out);
            }
            return bytes.getClearAndRelease();
        } finally {
            recycler.releaseToPool();
        }
    }
}
