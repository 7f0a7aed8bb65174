package io.gantry.common.wire;

import io.gantry.common.wire.Form.Node;
import io.gantry.common.wire.Shape.ListOf;
import io.gantry.common.wire.Shape.MapOf;
import io.gantry.common.wire.Shape.Member;
import io.gantry.common.wire.Shape.Scalar;
import io.gantry.common.wire.Shape.Structure;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;

/** Reads model objects from the parameters of awsQuery and ec2Query. */
final class QueryReader {

    private QueryReader() {}

    static SdkPojo structure(Node node, Structure structure) {
        node.expectParts();
        SdkPojo builder = structure.newBuilder();
        Map<String, Member> members = structure.members();
        node.children()
                .forEach(
                        (name, child) -> {
                            Member member = members.get(name);
                            if (member != null) {
                                member.set(builder, value(child, member.shape()));
                            }
                        });
        return Structure.build(builder);
    }

    private static Object value(Node node, Shape shape) {
        return switch (shape) {
            case Scalar scalar -> scalar(node.text(), scalar);
            case Structure structure -> structure(node, structure);
            case ListOf list ->
                    node.numbered(list.elementName()).stream()
                            .map(child -> value(child, list.element()))
                            .toList();
            case MapOf map -> map(node, map);
        };
    }

    private static Map<String, Object> map(Node node, MapOf map) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Node entry : node.numbered("entry")) {
            String key = entry.text(map.keyName());
            Node value = entry.children().get(map.valueName());
            if (key == null || value == null) {
                throw WireException.malformed("An entry of a map lacks its key or its value");
            }
            if (values.put(key, value(value, map.value())) != null) {
                throw WireException.malformed("Duplicate key '" + key + "'");
            }
        }
        return values;
    }

    private static Object scalar(String text, Scalar scalar) {
        try {
            return switch (scalar) {
                case STRING -> text;
                case BOOLEAN -> bool(text);
                case SHORT -> Short.valueOf(text);
                case INTEGER -> Integer.valueOf(text);
                case LONG -> Long.valueOf(text);
                case FLOAT -> (float) finite(Float.parseFloat(text));
                case DOUBLE -> finite(Double.parseDouble(text));
                case TIMESTAMP -> Times.parse(text);
                case BLOB -> SdkBytes.fromByteArrayUnsafe(Base64.getDecoder().decode(text));
                case DOCUMENT -> throw new IllegalArgumentException("documents have no form");
            };
        } catch (IllegalArgumentException malformed) {
            throw WireException.malformed(
                    "'" + text + "' is not a valid " + scalar + ": " + malformed.getMessage());
        }
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private static double finite(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a finite number");
        }
        return value;
    }
}
