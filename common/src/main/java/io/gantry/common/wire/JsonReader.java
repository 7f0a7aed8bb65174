package io.gantry.common.wire;

import io.gantry.common.wire.Shape.ListOf;
import io.gantry.common.wire.Shape.MapOf;
import io.gantry.common.wire.Shape.Member;
import io.gantry.common.wire.Shape.Scalar;
import io.gantry.common.wire.Shape.Structure;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkNumber;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads model objects from JSON or CBOR. Depth is bounded by the parser, which counts it. Members
 * that the model does not know are skipped; null means absent.
 */
final class JsonReader {
    private static final long LARGEST_EXACT_DOUBLE = 1L << 53;
    private static final int LARGEST_SCALE = 1000;

    private JsonReader() {}

    static SdkPojo structure(JsonParser in, Structure structure) {
        expect(in, JsonToken.START_OBJECT, "structure");
        Map<String, Member> members = structure.members();
        boolean[] seen = new boolean[members.size()];
        SdkPojo builder = structure.newBuilder();
        String name = in.nextName();
        while (name != null) {
            Member member = members.get(name);
            in.nextToken();
            if (member == null) {
                in.skipChildren();
            } else if (seen[member.position()]) {
                throw duplicate(name);
            } else {
                seen[member.position()] = true;
                member.set(builder, value(in, member.shape()));
            }
            name = in.nextName();
        }
        return Structure.build(builder);
    }

    private static @Nullable Object value(JsonParser in, Shape shape) {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (shape) {
            case Scalar scalar -> scalar(in, scalar);
            case Structure structure -> structure(in, structure);
            case ListOf list -> list(in, list);
            case MapOf map -> map(in, map);
        };
    }

    private static List<Object> list(JsonParser in, ListOf list) {
        expect(in, JsonToken.START_ARRAY, "list");
        List<Object> values = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            values.add(element(in, list.element()));
        }
        return values;
    }

    private static Map<String, Object> map(JsonParser in, MapOf map) {
        expect(in, JsonToken.START_OBJECT, "map");
        Map<String, Object> values = new LinkedHashMap<>();
        String key = in.nextName();
        while (key != null) {
            in.nextToken();
            if (values.put(Text.checked(key), element(in, map.value())) != null) {
                throw duplicate(key);
            }
            key = in.nextName();
        }
        return values;
    }

    private static Object element(JsonParser in, Shape shape) {
        Object value = value(in, shape);
        if (value == null) {
            throw WireException.malformed("NULL_VALUE can not be an element of a list or a map");
        }
        return value;
    }

    private static Object scalar(JsonParser in, Scalar scalar) {
        return switch (scalar) {
            case STRING -> string(in, "String");
            case BOOLEAN -> bool(in);
            case SHORT -> (short) integer(in, "Short", Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER -> (int) integer(in, "Integer", Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> integer(in, "Long", Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT -> finite((float) number(in, "Float"));
            case DOUBLE -> number(in, "Double");
            case TIMESTAMP -> timestamp(in);
            case BLOB -> blob(in);
            case DOCUMENT -> document(in);
        };
    }

    private static String string(JsonParser in, String type) {
        expect(in, JsonToken.VALUE_STRING, type);
        return Text.checked(in.getString());
    }

    private static boolean bool(JsonParser in) {
        JsonToken token = in.currentToken();
        if (token == null || !token.isBoolean()) {
            throw mismatch(token, "Boolean");
        }
        return in.getBooleanValue();
    }

    /** Whole numbers may be written with a fraction of zero, as some clients do. */
    private static long integer(JsonParser in, String type, long least, long most) {
        long value;
        if (in.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
            double number = in.getDoubleValue();
            value = (long) number;
            if (value != number || Math.abs(number) > LARGEST_EXACT_DOUBLE) {
                throw mismatch(JsonToken.VALUE_NUMBER_FLOAT, type);
            }
        } else {
            expect(in, JsonToken.VALUE_NUMBER_INT, type);
            value = in.getLongValue();
        }
        if (value < least || value > most) {
            throw WireException.malformed(
                    "NUMBER_VALUE can not be converted to " + article(type) + ": out of range");
        }
        return value;
    }

    private static double number(JsonParser in, String type) {
        JsonToken token = in.currentToken();
        if (token == null || !token.isNumeric()) {
            throw mismatch(token, type);
        }
        return finite(in.getDoubleValue());
    }

    /** No service takes NaN or infinity for anything, and every comparison goes wrong with them. */
    private static double finite(double value) {
        if (!Double.isFinite(value)) {
            throw WireException.malformed("NUMBER_VALUE is not a finite number");
        }
        return value;
    }

    private static float finite(float value) {
        return (float) finite((double) value);
    }

    private static Instant timestamp(JsonParser in) {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return Times.parse(in.getString());
        }
        return Times.ofSeconds(number(in, "Timestamp"));
    }

    private static SdkBytes blob(JsonParser in) {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_EMBEDDED_OBJECT) {
            throw mismatch(token, "Blob");
        }
        return SdkBytes.fromByteArrayUnsafe(in.getBinaryValue());
    }

    private static Document document(JsonParser in) {
        JsonToken token = in.currentToken();
        return switch (token) {
            case START_OBJECT -> documentMap(in);
            case START_ARRAY -> {
                Document.ListBuilder list = Document.listBuilder();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.addDocument(document(in));
                }
                yield list.build();
            }
            case VALUE_STRING -> Document.fromString(string(in, "Document"));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> documentNumber(in);
            case VALUE_TRUE, VALUE_FALSE -> Document.fromBoolean(in.getBooleanValue());
            case VALUE_NULL -> Document.fromNull();
            case null, default -> throw mismatch(token, "Document");
        };
    }

    private static Document documentMap(JsonParser in) {
        Document.MapBuilder map = Document.mapBuilder();
        Set<String> seen = new HashSet<>();
        String key = in.nextName();
        while (key != null) {
            in.nextToken();
            if (!seen.add(Text.checked(key))) {
                throw duplicate(key);
            }
            map.putDocument(key, document(in));
            key = in.nextName();
        }
        return map.build();
    }

    /** In one notation, as the SDK compares numbers by theirs. */
    private static Document documentNumber(JsonParser in) {
        finite(in.isNaN() ? Double.NaN : 0);
        BigDecimal value = in.getDecimalValue();
        if (Math.abs((long) value.scale()) > LARGEST_SCALE) {
            throw WireException.malformed("DECIMAL_VALUE is out of range");
        }
        return Document.fromNumber(SdkNumber.fromString(value.toString()));
    }

    private static void expect(JsonParser in, JsonToken token, String type) {
        if (in.currentToken() != token) {
            throw mismatch(in.currentToken(), type);
        }
    }

    private static WireException duplicate(String name) {
        return WireException.malformed("Duplicate member '" + name + "'");
    }

    private static WireException mismatch(@Nullable JsonToken token, String type) {
        String found =
                switch (token) {
                    case null -> "End of the request";
                    case START_OBJECT -> "Start of structure or map";
                    case START_ARRAY -> "Start of list";
                    case VALUE_STRING -> "STRING_VALUE";
                    case VALUE_NUMBER_INT -> "NUMBER_VALUE";
                    case VALUE_NUMBER_FLOAT -> "DECIMAL_VALUE";
                    case VALUE_TRUE -> "TRUE_VALUE";
                    case VALUE_FALSE -> "FALSE_VALUE";
                    case VALUE_NULL -> "NULL_VALUE";
                    default -> token.name();
                };
        return WireException.malformed(found + " can not be converted to " + article(type));
    }

    private static String article(String type) {
        return (type.startsWith("I") ? "an " : "a ") + type;
    }
}
