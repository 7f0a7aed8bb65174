package io.gantry.common.wire;

import io.gantry.common.wire.Shape.ListOf;
import io.gantry.common.wire.Shape.MapOf;
import io.gantry.common.wire.Shape.Member;
import io.gantry.common.wire.Shape.Scalar;
import io.gantry.common.wire.Shape.Structure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;

/** Model objects with random content, the same for the same seed. */
public final class Samples {
    private static final String[] PIECES = {
        "a",
        "Z",
        "7",
        " ",
        "  ",
        "-",
        "_",
        "~",
        "+",
        "%",
        "%20",
        "&",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "]]>",
        "/",
        "\\",
        "\n",
        "\r",
        "\t",
        "é",
        "ß",
        "日本",
        "\uD83D\uDE80",
        "null",
        "{}",
        ";",
        "."
    };

    private final Random random;
    private final boolean forms;
    private final double presence;

    /**
     * Samples of one seed.
     *
     * @param forms whether to keep to what awsQuery can express: no empty structures or documents
     * @param presence how likely each member is set
     */
    public Samples(long seed, boolean forms, double presence) {
        this.random = new Random(seed);
        this.forms = forms;
        this.presence = presence;
    }

    /** A sample of a model class. */
    public <T> T of(Class<T> type) {
        return type.cast(structure(Structure.of(type), 6));
    }

    private SdkPojo structure(Structure structure, int depth) {
        SdkPojo builder = structure.newBuilder();
        Collection<Member> members = structure.members().values();
        boolean isEmpty = true;
        for (Member member : members) {
            if (random.nextDouble() < presence || member.hasDefault()) {
                Object value = value(member, depth - 1);
                member.set(builder, value);
                isEmpty &= value == null;
            }
        }
        if (isEmpty && forms && !members.isEmpty()) {
            Member first = members.iterator().next();
            first.set(builder, value(first, depth - 1));
        }
        return Structure.build(builder);
    }

    private @Nullable Object value(Member member, int depth) {
        List<String> known = member.knownValues();
        if (member.shape() == Scalar.STRING && !known.isEmpty() && random.nextInt(10) > 0) {
            return known.get(random.nextInt(known.size()));
        }
        return value(member.shape(), depth);
    }

    private @Nullable Object value(Shape shape, int depth) {
        return switch (shape) {
            case Scalar scalar -> scalar(scalar);
            case Structure structure -> depth < 0 ? null : structure(structure, depth);
            case ListOf list -> {
                List<@Nullable Object> values = new ArrayList<>();
                for (int i = size(list.element(), depth); i > 0; i--) {
                    values.add(value(list.element(), depth - 1));
                }
                yield values;
            }
            case MapOf map -> {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                for (int i = size(map.value(), depth); i > 0; i--) {
                    values.put(i + text(), value(map.value(), depth - 1));
                }
                yield values;
            }
        };
    }

    private int size(Shape element, int depth) {
        boolean isBottom = depth < 1 && !(element instanceof Scalar);
        return isBottom ? 0 : random.nextInt(forms ? 1 : 0, 4);
    }

    private Object scalar(Scalar scalar) {
        return switch (scalar) {
            case STRING -> text();
            case BOOLEAN -> random.nextBoolean();
            case SHORT -> (short) random.nextInt();
            case INTEGER -> random.nextInt();
            case LONG -> random.nextLong();
            case FLOAT -> (float) random.nextGaussian();
            case DOUBLE -> random.nextGaussian() * 1e6;
            case TIMESTAMP -> Instant.ofEpochMilli(random.nextLong(4_000_000_000_000L));
            case BLOB -> {
                byte[] bytes = new byte[random.nextInt(20)];
                random.nextBytes(bytes);
                yield SdkBytes.fromByteArray(bytes);
            }
            case DOCUMENT -> document(3);
        };
    }

    private Document document(int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> Document.fromString(text());
            case 1 -> Document.fromNumber(String.valueOf(random.nextInt()));
            case 2 -> Document.fromNumber("-0.0125");
            case 3 -> Document.fromBoolean(random.nextBoolean());
            case 4 -> Document.fromList(List.of(document(depth - 1), document(depth - 1)));
            default -> Document.fromMap(Map.of("k" + text(), document(depth - 1)));
        };
    }

    String text() {
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
