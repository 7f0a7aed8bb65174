package io.gantry.control.session;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.assign.Assignments;
import io.gantry.control.roles.RoleKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When the credentials of each task were last sent in a session. A new session sends all of them,
 * also to an agent that says that it has them: nobody knows how old those are, and some agents
 * connect anew more often than credentials are refreshed.
 */
final class CredentialPushes {
    /** Long before they expire, so that a control plane that is down for a while does no harm. */
    static final Duration REFRESH = RoleKeys.LIFETIME.dividedBy(2);

    private final Map<TaskId, Long> sentMillis = new HashMap<>();

    void sent(TaskId task, long nowMillis) {
        sentMillis.put(task, nowMillis);
    }

    /**
     * The tasks whose credentials the agent should get now.
     *
     * @param told tasks that the agent has heard of in this session
     */
    List<TaskId> due(Assignments wanted, Set<TaskId> told, long nowMillis) {
        List<TaskId> alive = new ArrayList<>(wanted.running());
        alive.addAll(wanted.toStop());
        wanted.toRun().stream().filter(told::contains).forEach(alive::add);
        sentMillis
                .keySet()
                .removeIf(
                        task ->
                                !wanted.running().contains(task)
                                        && !wanted.toStop().contains(task)
                                        && !wanted.toRun().contains(task));
        alive.removeIf(task -> isFresh(sentMillis.get(task), nowMillis));
        return alive;
    }

    private static boolean isFresh(@Nullable Long sent, long nowMillis) {
        // A clock that was set back must not keep credentials from being refreshed.
        return sent != null && nowMillis >= sent && nowMillis - sent < REFRESH.toMillis();
    }
}
