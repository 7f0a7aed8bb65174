package io.gantry.control.core.state;

import io.gantry.common.model.TaskId;
import java.util.List;

/**
 * What a client token was first used for.
 *
 * @param fingerprint of the request's parameters: another request with the token is a conflict
 * @param tasks what the request started
 */
public record TokenUse(Token token, String fingerprint, List<TaskId> tasks) {
    public TokenUse {
        tasks = List.copyOf(tasks);
    }
}
