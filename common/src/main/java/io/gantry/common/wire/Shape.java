package io.gantry.common.wire;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.DefaultValueTrait;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.core.io.SerializedString;

/** How a value looks on the wire, read once per class out of what the SDK generates into it. */
public sealed interface Shape {

    /** A value without parts. */
    enum Scalar implements Shape {
        STRING,
        BOOLEAN,
        SHORT,
        INTEGER,
        LONG,
        FLOAT,
        DOUBLE,
        TIMESTAMP,
        BLOB,
        DOCUMENT
    }

    /** A list; {@code flat} means that its elements bear the name of the member in XML. */
    record ListOf(Shape element, String elementName, boolean flat) implements Shape {}

    /** A map from text; the names are those of keys and values in forms and XML. */
    record MapOf(Shape value, String keyName, String valueName) implements Shape {}

    /** A model class of the SDK. */
    final class Structure implements Shape {
        private static final ClassValue<Structure> STRUCTURES =
                new ClassValue<>() {
                    @Override
                    protected Structure computeValue(Class<?> type) {
                        return new Structure(type);
                    }
                };

        private final Class<?> type;
        private final MethodHandle builder;
        private volatile @Nullable Map<String, Member> members;
        private volatile @Nullable Map<String, List<String>> enumValues;

        private Structure(Class<?> type) {
            this.type = type;
            try {
                this.builder =
                        MethodHandles.publicLookup()
                                .unreflect(type.getMethod("builder"))
                                .asType(MethodType.methodType(SdkPojo.class));
            } catch (ReflectiveOperationException notAModel) {
                throw new IllegalArgumentException(type + " is no model of the SDK", notAModel);
            }
        }

        public static Structure of(Class<?> type) {
            return STRUCTURES.get(type);
        }

        public Class<?> type() {
            return type;
        }

        /**
         * The members by their names in requests, in the order of the model. Found when first asked
         * for, as shapes may contain themselves and most are never used.
         */
        public Map<String, Member> members() {
            Map<String, Member> known = members;
            if (known == null) {
                known = findMembers();
                members = known;
            }
            return known;
        }

        private Map<String, Member> findMembers() {
            List<SdkField<?>> fields = newBuilder().sdkFields();
            Traits traits = Traits.of(type);
            Map<String, Member> found = LinkedHashMap.newLinkedHashMap(fields.size());
            for (SdkField<?> field : fields) {
                String name = field.locationName();
                Traits.@Nullable Constraint constraint = traits.constraint(type, name);
                found.put(name, new Member(this, field, found.size(), constraint));
            }
            return Collections.unmodifiableMap(found);
        }

        private Map<String, List<String>> enumValues() {
            Map<String, List<String>> known = enumValues;
            if (known == null) {
                known = EnumValues.of(type);
                enumValues = known;
            }
            return known;
        }

        SdkPojo newBuilder() {
            try {
                return (SdkPojo) builder.invokeExact();
            } catch (Throwable generatedCodeOnlyAllocates) {
                throw new AssertionError(generatedCodeOnlyAllocates);
            }
        }

        static SdkPojo build(SdkPojo builder) {
            return (SdkPojo) ((Buildable) builder).build();
        }

        @Override
        public String toString() {
            return type.getSimpleName();
        }
    }

    /** A member of a {@link Structure}. */
    final class Member {
        private final Structure owner;
        private final SdkField<?> field;
        private final int position;
        private final Traits.@Nullable Constraint constraint;
        private final SerializedString jsonName;
        private final Shape shape;
        private final boolean hasDefault;

        private Member(
                Structure owner,
                SdkField<?> field,
                int position,
                Traits.@Nullable Constraint constraint) {
            this.owner = owner;
            this.field = field;
            this.position = position;
            this.constraint = constraint;
            this.jsonName = new SerializedString(field.locationName());
            this.shape = shapeOf(field);
            this.hasDefault = field.containsTrait(DefaultValueTrait.class);
        }

        /** The name in requests and in JSON. */
        public String name() {
            return field.locationName();
        }

        public Shape shape() {
            return shape;
        }

        /** The values that the model lists for an enum, or for a list of enums; otherwise empty. */
        public List<String> knownValues() {
            String key = field.memberName().toLowerCase(Locale.ROOT);
            return owner.enumValues().getOrDefault(key, List.of());
        }

        /** What the owner holds; null where it was never set, unlike an empty list or map. */
        @Nullable Object value(Object structure) {
            Object value;
            if (hasDefault && structure instanceof SdkRequest request) {
                // The field would make up an idempotency token where the client sent none.
                value = request.getValueForField(field.memberName(), Object.class).orElse(null);
            } else {
                value = field.getValueOrDefault(structure);
            }
            boolean unset =
                    value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap;
            return unset ? null : value;
        }

        void set(SdkPojo builder, @Nullable Object value) {
            field.set(builder, value);
        }

        /** Whether the SDK makes up a value where none is set, as for idempotency tokens. */
        boolean hasDefault() {
            return hasDefault;
        }

        int position() {
            return position;
        }

        /** The name in XML, which differs from that in requests in EC2 only. */
        String responseName() {
            return field.unmarshallLocationName();
        }

        SerializedString jsonName() {
            return jsonName;
        }

        Traits.@Nullable Constraint constraint() {
            return constraint;
        }
    }

    private static Shape shapeOf(SdkField<?> field) {
        MarshallingKnownType known = field.marshallingType().getKnownType();
        return switch (known) {
            case SDK_POJO -> Structure.of(Structure.build(field.constructor().get()).getClass());
            case LIST -> {
                ListTrait list = field.getRequiredTrait(ListTrait.class);
                String name = Objects.requireNonNullElse(list.memberLocationName(), "member");
                yield new ListOf(shapeOf(list.memberFieldInfo()), name, list.isFlattened());
            }
            case MAP -> {
                MapTrait map = field.getRequiredTrait(MapTrait.class);
                yield new MapOf(
                        shapeOf(map.valueFieldInfo()),
                        map.keyLocationName(),
                        map.valueLocationName());
            }
            case INSTANT -> Scalar.TIMESTAMP;
            case SDK_BYTES -> Scalar.BLOB;
            default -> Scalar.valueOf(known.name());
        };
    }
}
