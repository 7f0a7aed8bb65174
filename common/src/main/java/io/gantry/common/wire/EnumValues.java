package io.gantry.common.wire;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of the enums among the members of a model class. The SDK's metadata call them text;
 * only the getters know: {@code launchType()} beside {@code launchTypeAsString()}, and {@code
 * fields()} beside {@code fieldsAsStrings()} for lists.
 */
final class EnumValues {
    private static final String NOT_A_VALUE = "UNKNOWN_TO_SDK_VERSION";

    private EnumValues() {}

    /** The values by the name of the member in lower case. */
    static Map<String, List<String>> of(Class<?> type) {
        Map<String, List<String>> found = new HashMap<>();
        for (Method method : type.getMethods()) {
            String member = member(method);
            Class<?> values = member == null ? null : enumOf(type, member);
            if (member != null && values != null) {
                found.put(member.toLowerCase(Locale.ROOT), valuesOf(values));
            }
        }
        return Map.copyOf(found);
    }

    private static @Nullable String member(Method method) {
        String name = method.getName();
        for (String suffix : List.of("AsString", "AsStrings")) {
            if (name.endsWith(suffix) && method.getParameterCount() == 0) {
                return name.substring(0, name.length() - suffix.length());
            }
        }
        return null;
    }

    private static @Nullable Class<?> enumOf(Class<?> type, String getter) {
        Type result;
        try {
            result = type.getMethod(getter).getGenericReturnType();
        } catch (NoSuchMethodException notAnEnum) {
            return null;
        }
        if (result instanceof ParameterizedType list && list.getActualTypeArguments().length == 1) {
            result = list.getActualTypeArguments()[0];
        }
        return result instanceof Class<?> candidate && candidate.isEnum() ? candidate : null;
    }

    private static List<String> valuesOf(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> !((Enum<?>) constant).name().equals(NOT_A_VALUE))
                .map(Object::toString)
                .toList();
    }
}
