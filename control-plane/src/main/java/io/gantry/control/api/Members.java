package io.gantry.control.api;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.EcsException;

/** Refuses members of requests that nothing here would act on, so that none is ignored. */
final class Members {

    private Members() {}

    /**
     * Throws if a member is set that is not among those supported. Values that ask for nothing,
     * such as false or an empty list, are welcome.
     *
     * @param path what stands before the member's name in the error, such as {@code overrides.}
     */
    static void refuseAllBut(
            Set<String> supported,
            @Nullable SdkPojo owner,
            String path,
            Function<String, EcsException> error) {
        if (owner == null) {
            return;
        }
        for (SdkField<?> field : owner.sdkFields()) {
            String name = field.locationName();
            if (!supported.contains(name) && !isNothing(field.getValueOrDefault(owner))) {
                throw unsupported(path + name, error);
            }
        }
    }

    static EcsException unsupported(String member, Function<String, EcsException> error) {
        return error.apply("'" + member + "' is not supported.");
    }

    /** For a member of which only some values are supported. */
    static EcsException unsupported(
            String member, Object value, Function<String, EcsException> error) {
        return error.apply("'" + member + "' with value '" + value + "' is not supported.");
    }

    /** Whether a value asks for nothing, such as false or a structure without any members. */
    static boolean isNothing(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case Boolean choice -> !choice;
            case String text -> text.isEmpty();
            case Collection<?> elements -> elements.isEmpty();
            case Map<?, ?> entries -> entries.isEmpty();
            case SdkPojo pojo ->
                    pojo.sdkFields().stream()
                            .allMatch(field -> isNothing(field.getValueOrDefault(pojo)));
            default -> false;
        };
    }
}
