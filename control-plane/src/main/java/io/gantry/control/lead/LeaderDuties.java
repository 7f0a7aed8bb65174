package io.gantry.control.lead;

import io.gantry.common.time.Timers;
import io.gantry.common.time.Timers.Timer;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.log.Replica;
import io.gantry.control.log.Replica.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a node does while it leads, from its election to the end of its term. It loads nothing: the
 * state says it all. Two nodes that both believe to lead do no harm, as what they propose is judged
 * when it is applied.
 */
public final class LeaderDuties implements Replica.Listener {
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration FOUNDING = Duration.ofSeconds(5);
    private static final Duration POLICY = Duration.ofSeconds(5);

    private final Replica replica;
    private final Timers timers;
    private final Founding founding;
    private final ServiceLoop services;
    private final DeadlineClock deadlines;
    private final SessionPatrol sessions;
    private final PolicyKeeper policy;
    private final LossPatrol losses;
    private final LevelKeeper level;
    private final HookLoop hooks;
    private final JobLoop jobs;
    private @Nullable Timer tick;
    private @Nullable Timer found;
    private @Nullable Timer keep;
    private boolean leading;
    private long term;

    public LeaderDuties(
            Replica replica,
            Timers timers,
            Founding founding,
            ServiceLoop services,
            DeadlineClock deadlines,
            SessionPatrol sessions,
            PolicyKeeper policy,
            LossPatrol losses,
            LevelKeeper level,
            HookLoop hooks,
            JobLoop jobs) {
        this.replica = replica;
        this.timers = timers;
        this.founding = founding;
        this.services = services;
        this.deadlines = deadlines;
        this.sessions = sessions;
        this.policy = policy;
        this.losses = losses;
        this.level = level;
        this.hooks = hooks;
        this.jobs = jobs;
    }

    /** Begins to follow who leads; call once. */
    public void start() {
        replica.addListener(this);
        replica.addRoleListener(changed -> timers.run(this::follow));
        timers.run(this::follow);
    }

    /** Acts on the latest role: one that was told of earlier may be over. */
    private void follow() {
        Role role = replica.role();
        boolean begins = role.leading() && (!leading || role.term() != term);
        if (leading && (!role.leading() || begins)) {
            leading = false;
            services.stop();
            sessions.stop();
            losses.stop();
            hooks.stop();
            jobs.stop();
            cancel(tick);
            cancel(found);
            cancel(keep);
        }
        if (begins) {
            leading = true;
            term = role.term();
            services.start();
            sessions.start();
            losses.start();
            hooks.start();
            jobs.start();
            // Each duty in a task of its own: one that fails leaves the others alone.
            tick = timers.after(Duration.ZERO, this::tick);
            found = timers.after(Duration.ZERO, this::found);
            keep = timers.after(Duration.ZERO, this::keep);
        }
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void tick() {
        if (leading) {
            tick = timers.after(TICK, this::tick);
            deadlines.check(replica.state());
        }
    }

    private void found() {
        if (leading) {
            found = timers.after(FOUNDING, this::found);
            founding.foundIfNew(replica.state());
        }
    }

    private void keep() {
        if (leading) {
            keep = timers.after(POLICY, this::keep);
            policy.proposeIfOther(replica.state());
            level.raiseIfAllKnowMore(replica.state());
        }
    }

    @Override
    public void applied(ClusterState state, Touched touched) {
        services.touched(touched);
        hooks.touched(state, touched);
        jobs.touched(state, touched);
    }

    @Override
    public void restored(ClusterState state) {
        services.touchedAll();
        hooks.touchedAll();
        jobs.touchedAll();
    }
}
