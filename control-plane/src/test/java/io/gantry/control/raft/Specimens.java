package io.gantry.control.raft;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;

/** Records with something in each of their members, made of their types alone. */
final class Specimens {

    private Specimens() {}

    /** A record of each class, all of its members present. */
    static <T> List<T> ofAll(Class<T> sealed) {
        var all = new ArrayList<T>();
        for (Class<?> each : sealed.getPermittedSubclasses()) {
            all.add(sealed.cast(of(each, each.getSimpleName())));
        }
        return all;
    }

    static Object of(Type type, String name) {
        if (type instanceof ParameterizedType parameterized) {
            Type[] arguments = parameterized.getActualTypeArguments();
            return parameterized.getRawType() == Map.class
                    ? Map.of(of(arguments[0], name + "-key"), of(arguments[1], name + "-value"))
                    : List.of(of(arguments[0], name));
        }
        return of((Class<?>) type, name);
    }

    private static Object of(Class<?> type, String name) {
        long number = 1L + (name.hashCode() & 0x3ff);
        if (type == String.class) {
            return "a " + name;
        } else if (type == long.class || type == Long.class) {
            return number;
        } else if (type == int.class || type == Integer.class) {
            return (int) number;
        } else if (type == double.class || type == Double.class) {
            return (double) number;
        } else if (type == boolean.class || type == Boolean.class) {
            return true;
        } else if (type == UUID.class) {
            return new UUID(number, number);
        } else if (type == TaskId.class) {
            return new TaskId(number, 1);
        } else if (type == WorkerId.class) {
            return new WorkerId(number, 2);
        } else if (type == HostPort.class) {
            return HostPort.udp((int) number);
        } else if (type == ByteBuffer.class) {
            return ByteBuffer.wrap(LogCodec.encodeReplies(ofAll(Reply.class)));
        } else if (type == Command.class) {
            return of(Command.DeregisterTaskDefinition.class, name);
        } else if (type.isEnum()) {
            Object[] constants = type.getEnumConstants();
            return constants[constants.length - 1];
        } else if (SdkPojo.class.isAssignableFrom(type)) {
            return model(type);
        }
        return record(type);
    }

    private static Object record(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        try {
            Constructor<?> constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(
                    Arrays.stream(components)
                            .map(each -> of(each.getGenericType(), each.getName()))
                            .toArray());
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("cannot make a " + type, impossible);
        }
    }

    /** Texts and numbers are enough: how the rest is written is the wire's matter. */
    private static Object model(Class<?> type) {
        try {
            Object builder = type.getMethod("builder").invoke(null);
            for (SdkField<?> field : ((SdkPojo) builder).sdkFields()) {
                if (field.marshallingType().equals(MarshallingType.STRING)) {
                    field.set(builder, "a " + field.memberName());
                } else if (field.marshallingType().equals(MarshallingType.INTEGER)) {
                    field.set(builder, 7);
                } else if (field.marshallingType().equals(MarshallingType.BOOLEAN)) {
                    field.set(builder, true);
                }
            }
            var build = builder.getClass().getMethod("build");
            build.setAccessible(true);
            return build.invoke(builder);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("cannot make a " + type, impossible);
        }
    }
}
