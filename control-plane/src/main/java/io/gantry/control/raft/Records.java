package io.gantry.control.raft;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.gantry.common.wire.Json;
import java.lang.reflect.Constructor;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.Version;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.Deserializers;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.cbor.CBORWriteFeature;

/**
 * How records become CBOR: members by name, null ones left out. Unknown members are ignored and
 * missing ones are null, zero, false or empty, so that members can be added for ever. Model objects
 * of the SDK are written as the wire codec has them.
 */
final class Records {
    static final CBORMapper CBOR =
            CBORMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    // Documents stand in a row; what follows one is the next.
                    .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .changeDefaultPropertyInclusion(
                            always ->
                                    JsonInclude.Value.construct(
                                            JsonInclude.Include.NON_NULL,
                                            JsonInclude.Include.NON_NULL))
                    // Half a character of some user's text must not keep a command from the log.
                    .enable(CBORWriteFeature.LENIENT_UTF_ENCODING)
                    .addModule(new ModelObjects())
                    .build();

    private Records() {}

    private static final class ModelObjects extends SimpleModule {
        private static final long serialVersionUID = 1;

        ModelObjects() {
            super("model objects of the SDK");
            addSerializer(SdkPojo.class, new Writer());
        }

        @Override
        public void setupModule(SetupContext context) {
            super.setupModule(context);
            context.addDeserializers(new Readers());
            context.insertAnnotationIntrospector(new MissingCollections());
            context.insertAnnotationIntrospector(new CommandsWithin());
        }
    }

    private static final class Writer extends ValueSerializer<SdkPojo> {

        @Override
        public void serialize(SdkPojo value, JsonGenerator out, SerializationContext context) {
            Json.write(out, value);
        }
    }

    private static final class Readers implements Deserializers {

        @Override
        public @Nullable ValueDeserializer<?> findBeanDeserializer(
                JavaType type, DeserializationConfig config, BeanDescription.Supplier description) {
            return hasDeserializerFor(config, type.getRawClass())
                    ? new Reader(type.getRawClass().asSubclass(SdkPojo.class))
                    : null;
        }

        @Override
        public boolean hasDeserializerFor(DeserializationConfig config, Class<?> type) {
            return SdkPojo.class.isAssignableFrom(type);
        }
    }

    private static final class Reader extends ValueDeserializer<SdkPojo> {
        private final Class<? extends SdkPojo> type;

        Reader(Class<? extends SdkPojo> type) {
            this.type = type;
        }

        @Override
        public SdkPojo deserialize(JsonParser in, DeserializationContext context) {
            return Json.read(in, type);
        }
    }

    /** Collections that are not declared nullable are empty when missing. */
    private static final class MissingCollections extends NopAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Version version() {
            return Version.unknownVersion();
        }

        @Override
        public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated member) {
            return member instanceof AnnotatedParameter parameter
                            && isCollection(parameter.getRawType())
                            && !isNullable(parameter)
                    ? JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)
                    : JsonSetter.Value.empty();
        }

        private static boolean isCollection(Class<?> type) {
            return Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
        }

        private static boolean isNullable(AnnotatedParameter parameter) {
            return parameter.getOwner().getAnnotated() instanceof Constructor<?> constructor
                    && constructor.getAnnotatedParameterTypes()[parameter.getIndex()]
                            .isAnnotationPresent(Nullable.class);
        }
    }
}
