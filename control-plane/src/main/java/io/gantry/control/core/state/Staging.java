package io.gantry.control.core.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a blue/green, linear or canary deployment is. Everything that decides what comes next is
 * here, so that any leader goes on where another one stopped.
 *
 * @param blue the revision that serves, and to which a rollback goes; 0 for none
 * @param step which shift of production traffic is under way or was the last, from 1; 0 before
 * @param phase what is done within the stage
 * @param sinceMillis when the phase began
 * @param test percent of the test traffic that the new revision gets
 * @param production percent of the production traffic that the new revision gets
 * @param hooks those of the present phase, in the order of the configuration
 * @param back whether it is on its way back to {@code blue}
 */
public record Staging(
        long blue,
        Stage stage,
        int step,
        Phase phase,
        long sinceMillis,
        double test,
        double production,
        List<Hook> hooks,
        boolean back) {

    /** The stages in their order, by ECS's names. */
    public enum Stage {
        RECONCILE_SERVICE,
        PRE_SCALE_UP,
        SCALE_UP,
        POST_SCALE_UP,
        TEST_TRAFFIC_SHIFT,
        POST_TEST_TRAFFIC_SHIFT,
        PRE_PRODUCTION_TRAFFIC_SHIFT,
        PRODUCTION_TRAFFIC_SHIFT,
        POST_PRODUCTION_TRAFFIC_SHIFT,
        BAKE_TIME,
        CLEAN_UP
    }

    /** What is done within a stage, in this order. */
    public enum Phase {
        /** What the stage is for: tasks come or go, or traffic moves. */
        WORK,
        /** Its hooks are asked. */
        HOOKS,
        /** Time passes. */
        BAKE
    }

    /**
     * One hook of a stage.
     *
     * @param id the same for all calls of one execution, so that who is called knows repetitions
     * @param index which of the configured hooks it is, from 0
     * @param pause whether it waits for an operator, instead of calling somebody
     * @param nextCallMillis when it is to be called next
     * @param expiresAtMillis when it has taken too long
     * @param continues whether the deployment goes on then, instead of back
     * @param note what was said last, to be sent along with the next call; or null
     */
    public record Hook(
            String id,
            int index,
            boolean pause,
            HookStatus status,
            long nextCallMillis,
            long expiresAtMillis,
            boolean continues,
            @Nullable String note) {

        public Hook with(HookStatus next, long callMillis, @Nullable String said) {
            return new Hook(id, index, pause, next, callMillis, expiresAtMillis, continues, said);
        }

        public Hook with(HookStatus next) {
            return with(next, nextCallMillis, note);
        }

        /** Whether somebody has to be called at that time. */
        public boolean isDue(long nowMillis) {
            return !pause && status == HookStatus.IN_PROGRESS && nextCallMillis <= nowMillis;
        }
    }

    /** How a hook stands, in ECS's words. */
    public enum HookStatus {
        AWAITING_ACTION,
        IN_PROGRESS,
        SUCCEEDED,
        FAILED,
        TIMED_OUT
    }

    public Staging {
        hooks = List.copyOf(hooks);
    }

    public Staging hooks(List<Hook> next) {
        return new Staging(blue, stage, step, phase, sinceMillis, test, production, next, back);
    }

    public @Nullable Hook hook(String id) {
        return hooks.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
    }

    /** The same with another state of one hook. */
    public Staging changing(Hook changed) {
        return hooks(
                hooks.stream()
                        .map(each -> each.id().equals(changed.id()) ? changed : each)
                        .toList());
    }
}
