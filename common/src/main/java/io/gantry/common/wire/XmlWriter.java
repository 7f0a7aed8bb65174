package io.gantry.common.wire;

import io.gantry.common.wire.Shape.ListOf;
import io.gantry.common.wire.Shape.MapOf;
import io.gantry.common.wire.Shape.Member;
import io.gantry.common.wire.Shape.Scalar;
import io.gantry.common.wire.Shape.Structure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/** Writes model objects as the XML of awsQuery and ec2Query. */
final class XmlWriter {
    private final StringBuilder out = new StringBuilder(512);
    private final @Nullable String elementName;

    /**
     * An empty document.
     *
     * @param elementName what the elements of lists are called whatever the model says, as in EC2
     */
    XmlWriter(@Nullable String elementName) {
        this.elementName = elementName;
    }

    XmlWriter open(String name) {
        out.append('<').append(name).append('>');
        return this;
    }

    XmlWriter open(String name, String namespace) {
        out.append('<').append(name).append(" xmlns=\"");
        escape(namespace);
        out.append("\">");
        return this;
    }

    XmlWriter close(String name) {
        out.append("</").append(name).append('>');
        return this;
    }

    XmlWriter element(String name, String text) {
        open(name);
        escape(text);
        return close(name);
    }

    XmlWriter members(Structure structure, Object owner) {
        for (Member member : structure.members().values()) {
            Object value = member.value(owner);
            if (value != null) {
                value(member.responseName(), member.shape(), value);
            }
        }
        return this;
    }

    byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void value(String name, Shape shape, Object value) {
        switch (shape) {
            case Scalar scalar -> element(name, text(scalar, value));
            case Structure structure -> open(name).members(structure, value).close(name);
            case ListOf(Shape element, _, boolean flat) when flat ->
                    elements(name, element, (List<?>) value);
            case ListOf list -> {
                open(name);
                String each = elementName != null ? elementName : list.elementName();
                elements(each, list.element(), (List<?>) value);
                close(name);
            }
            case MapOf map -> {
                open(name);
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    open("entry").element(map.keyName(), (String) entry.getKey());
                    value(map.valueName(), map.value(), entry.getValue());
                    close("entry");
                }
                close(name);
            }
        }
    }

    private void elements(String name, Shape shape, List<?> values) {
        for (Object each : values) {
            value(name, shape, each);
        }
    }

    private static String text(Scalar scalar, Object value) {
        return scalar == Scalar.BLOB
                ? Base64.getEncoder().encodeToString(((SdkBytes) value).asByteArrayUnsafe())
                : value.toString();
    }

    /** What XML cannot hold at all becomes the replacement character. */
    private void escape(String text) {
        String safe = Text.wellFormed(text);
        for (int i = 0; i < safe.length(); i++) {
            char c = safe.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\r' -> out.append("&#13;");
                case '\n', '\t' -> out.append(c);
                default -> out.append(c < ' ' || c >= 0xFFFE ? '\uFFFD' : c);
            }
        }
    }
}
