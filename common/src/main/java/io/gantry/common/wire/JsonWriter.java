package io.gantry.common.wire;

import io.gantry.common.wire.Shape.ListOf;
import io.gantry.common.wire.Shape.MapOf;
import io.gantry.common.wire.Shape.Member;
import io.gantry.common.wire.Shape.Scalar;
import io.gantry.common.wire.Shape.Structure;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.document.Document;
import tools.jackson.core.JsonGenerator;
import tools.jackson.dataformat.cbor.CBORGenerator;

/** Writes model objects as JSON or CBOR. */
final class JsonWriter {
    private static final int EPOCH_SECONDS = 1;

    private JsonWriter() {}

    static void structure(JsonGenerator out, Structure structure, Object value) {
        out.writeStartObject();
        members(out, structure, value);
        out.writeEndObject();
    }

    static void members(JsonGenerator out, Structure structure, Object owner) {
        for (Member member : structure.members().values()) {
            Object value = member.value(owner);
            if (value != null) {
                out.writeName(member.jsonName());
                value(out, member.shape(), value);
            }
        }
    }

    private static void value(JsonGenerator out, Shape shape, Object value) {
        switch (shape) {
            case Scalar scalar -> scalar(out, scalar, value);
            case Structure structure -> structure(out, structure, value);
            case ListOf list -> {
                List<?> elements = (List<?>) value;
                out.writeStartArray(elements, elements.size());
                for (Object element : elements) {
                    value(out, list.element(), element);
                }
                out.writeEndArray();
            }
            case MapOf map -> {
                Map<?, ?> entries = (Map<?, ?>) value;
                out.writeStartObject(entries, entries.size());
                for (Map.Entry<?, ?> entry : entries.entrySet()) {
                    out.writeName(Text.wellFormed((String) entry.getKey()));
                    value(out, map.value(), entry.getValue());
                }
                out.writeEndObject();
            }
        }
    }

    private static void scalar(JsonGenerator out, Scalar scalar, Object value) {
        switch (scalar) {
            case STRING -> out.writeString(Text.wellFormed((String) value));
            case BOOLEAN -> out.writeBoolean((Boolean) value);
            case SHORT -> out.writeNumber((Short) value);
            case INTEGER -> out.writeNumber((Integer) value);
            case LONG -> out.writeNumber((Long) value);
            case FLOAT -> out.writeNumber((Float) value);
            case DOUBLE -> out.writeNumber((Double) value);
            case TIMESTAMP -> timestamp(out, (Instant) value);
            case BLOB -> out.writeBinary(((SdkBytes) value).asByteArrayUnsafe());
            case DOCUMENT -> document(out, (Document) value);
        }
    }

    private static void timestamp(JsonGenerator out, Instant time) {
        long millis = time.toEpochMilli();
        if (out instanceof CBORGenerator cbor) {
            cbor.writeTag(EPOCH_SECONDS);
            cbor.writeNumber(millis / 1000.0);
        } else {
            out.writeNumber(BigDecimal.valueOf(millis, 3));
        }
    }

    private static void document(JsonGenerator out, Document value) {
        if (value.isMap()) {
            out.writeStartObject();
            value.asMap()
                    .forEach(
                            (key, element) -> {
                                out.writeName(Text.wellFormed(key));
                                document(out, element);
                            });
            out.writeEndObject();
        } else if (value.isList()) {
            out.writeStartArray();
            value.asList().forEach(element -> document(out, element));
            out.writeEndArray();
        } else if (value.isString()) {
            out.writeString(Text.wellFormed(value.asString()));
        } else if (value.isNumber()) {
            number(out, value.asNumber().bigDecimalValue());
        } else if (value.isBoolean()) {
            out.writeBoolean(value.asBoolean());
        } else {
            out.writeNull();
        }
    }

    /** A whole number stays one in CBOR, which otherwise tells it from a decimal. */
    private static void number(JsonGenerator out, BigDecimal number) {
        if (number.scale() == 0) {
            out.writeNumber(number.toBigInteger());
        } else {
            out.writeNumber(number);
        }
    }
}
