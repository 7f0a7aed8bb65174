package io.gantry.control.core.rollout;

import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Staging.Hook;
import io.gantry.control.core.state.Staging.HookStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookAction;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookTargetType;

/** The hooks of a stage. */
final class Hooks {
    private static final int STANDARD_MINUTES = 1_440;
    private static final long MINUTE_MILLIS = 60_000;

    private Hooks() {}

    /** Those to be asked now; on the way back, nobody is asked to decide. */
    static List<Hook> of(ServiceDeployment row, Staging staging, long nowMillis) {
        var asked = new ArrayList<Hook>();
        List<DeploymentLifecycleHook> configured = row.configuration().lifecycleHooks();
        for (int index = 0; index < configured.size(); index++) {
            DeploymentLifecycleHook hook = configured.get(index);
            boolean pause = hook.targetType() == DeploymentLifecycleHookTargetType.PAUSE;
            if (hook.lifecycleStagesAsStrings().contains(staging.stage().name())
                    && !(pause && staging.back())) {
                asked.add(begun(row, staging, hook, index, nowMillis));
            }
        }
        return asked;
    }

    private static Hook begun(
            ServiceDeployment row,
            Staging staging,
            DeploymentLifecycleHook hook,
            int index,
            long nowMillis) {
        boolean pause = hook.targetType() == DeploymentLifecycleHookTargetType.PAUSE;
        var timeout = hook.timeoutConfiguration();
        Integer told = timeout == null ? null : timeout.timeoutInMinutes();
        long minutes = told == null ? STANDARD_MINUTES : told;
        boolean continues =
                timeout != null && timeout.action() == DeploymentLifecycleHookAction.CONTINUE;
        return new Hook(
                id(row, staging, index),
                index,
                pause,
                pause ? HookStatus.AWAITING_ACTION : HookStatus.IN_PROGRESS,
                nowMillis,
                nowMillis + minutes * MINUTE_MILLIS,
                continues,
                null);
    }

    /** Made of what it is about, so that every leader knows it by the same name. */
    private static String id(ServiceDeployment row, Staging staging, int index) {
        String about =
                String.join(
                        " ",
                        row.key().toString(),
                        staging.stage().name(),
                        String.valueOf(staging.step()),
                        String.valueOf(staging.back()),
                        String.valueOf(index));
        return new UUID(
                        (hash(about, 17) & ~0xF000L) | 0x4000L,
                        (hash(about, 71) >>> 2) | Long.MIN_VALUE)
                .toString();
    }

    /** FNV-1a, its bits mixed as neighbours' texts differ little. */
    private static long hash(String text, long seed) {
        long hash = 0xCBF29CE484222325L ^ seed;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        return hash ^ (hash >>> 33);
    }

    private static boolean waits(Hook hook) {
        return hook.status() == HookStatus.AWAITING_ACTION
                || hook.status() == HookStatus.IN_PROGRESS;
    }

    static List<Hook> expired(List<Hook> hooks, long nowMillis) {
        return hooks.stream()
                .map(
                        hook ->
                                waits(hook) && nowMillis >= hook.expiresAtMillis()
                                        ? hook.with(HookStatus.TIMED_OUT)
                                        : hook)
                .toList();
    }

    static boolean over(List<Hook> hooks) {
        return hooks.stream().noneMatch(Hooks::waits);
    }

    /** What has gone wrong with one of them; null if nothing has. */
    static @Nullable String failure(Staging staging) {
        for (Hook hook : staging.hooks()) {
            if (hook.status() == HookStatus.FAILED) {
                return "A lifecycle hook of the stage " + staging.stage() + " has failed.";
            }
            if (hook.status() == HookStatus.TIMED_OUT && !hook.continues()) {
                return "A lifecycle hook of the stage " + staging.stage() + " has timed out.";
            }
        }
        return null;
    }

    static long firstExpiry(List<Hook> hooks) {
        return hooks.stream().filter(Hooks::waits).mapToLong(Hook::expiresAtMillis).min().orElse(0);
    }
}
