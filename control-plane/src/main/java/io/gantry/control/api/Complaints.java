package io.gantry.control.api;

import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.EcsException;

/**
 * How to complain about the setting of a container, in a definition or in an override of it.
 *
 * @param path what stands before a member's name, such as {@code containerDefinitions.web.}
 */
record Complaints(String container, String path, Function<String, EcsException> error) {

    static Complaints ofDefinition(String container) {
        return new Complaints(
                container, "containerDefinitions." + container + '.', ApiErrors::client);
    }

    static Complaints ofOverride(String container) {
        return new Complaints(
                container, "overrides.containerOverrides." + container + '.', ApiErrors::invalid);
    }

    EcsException wrong(String what) {
        return error.apply("Invalid setting for container '" + container + "'. " + what);
    }

    EcsException unsupported(String member, Object value) {
        return Members.unsupported(path + member, value, error);
    }

    /** Refuses what nothing would act on, in a structure at {@code member}. */
    void refuseAllBut(Set<String> supported, @Nullable SdkPojo owner, String member) {
        Members.refuseAllBut(supported, owner, path + member, error);
    }

    void atLeast(String member, @Nullable Integer value, int least) {
        if (value != null && value < least) {
            throw wrong("'" + member + "' must be at least " + least + ".");
        }
    }

    void within(String member, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw wrong("'" + member + "' must be between " + least + " and " + most + ".");
        }
    }

    void absolute(String member, @Nullable String path) {
        if (path != null && !path.startsWith("/")) {
            throw wrong("'" + member + "' must be an absolute path: '" + path + "'.");
        }
    }
}
