package io.gantry.control.raft;

import io.gantry.control.core.command.Command;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.Version;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;

/** A command that is a member of another one: an array of its kind and its own members. */
final class CommandsWithin extends NopAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    @Override
    public @Nullable Object findSerializer(MapperConfig<?> config, Annotated annotated) {
        return isMember(annotated) ? new Writer() : null;
    }

    @Override
    public @Nullable Object findDeserializer(MapperConfig<?> config, Annotated annotated) {
        return isMember(annotated) ? new Reader() : null;
    }

    private static boolean isMember(Annotated annotated) {
        return annotated instanceof AnnotatedMember && annotated.getRawType() == Command.class;
    }

    private static final class Writer extends ValueSerializer<Command> {

        @Override
        public void serialize(Command value, JsonGenerator out, SerializationContext context) {
            out.writeStartArray(value, 2);
            out.writeString(Kinds.COMMANDS.nameOf(value.getClass()));
            context.writeValue(out, value);
            out.writeEndArray();
        }
    }

    private static final class Reader extends ValueDeserializer<Command> {

        @Override
        public Command deserialize(JsonParser in, DeserializationContext context) {
            if (in.currentToken() != JsonToken.START_ARRAY
                    || in.nextToken() != JsonToken.VALUE_STRING) {
                throw new UndecodableException("a command without its kind");
            }
            Class<? extends Command> type = Kinds.COMMANDS.typeOf(in.getString());
            in.nextToken();
            Command command = context.readValue(in, type);
            if (in.nextToken() != JsonToken.END_ARRAY) {
                throw new UndecodableException("a command with too many parts");
            }
            return command;
        }
    }
}
