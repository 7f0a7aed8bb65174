package io.gantry.control.api;

import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.EcsException;

/** How requests name roles: by ARN or, within the account, by the name alone. */
final class Roles {
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]{1,512}");
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,64}");

    private Roles() {}

    static void check(@Nullable String role, Function<String, EcsException> error) {
        if (role != null && !ARN.matcher(role).matches() && !NAME.matcher(role).matches()) {
            throw error.apply("Role is not valid");
        }
    }
}
