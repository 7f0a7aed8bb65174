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
    private static final Duration PATROL = Duration.ofSeconds(5);

    private final Replica replica;
    private final Timers timers;
    private final Founding founding;
    private final ServiceLoop services;
    private final DeadlineClock deadlines;
    private final SessionPatrol sessions;
    private @Nullable Timer tick;
    private @Nullable Timer patrol;
    private boolean leading;
    private long term;

    public LeaderDuties(
            Replica replica,
            Timers timers,
            Founding founding,
            ServiceLoop services,
            DeadlineClock deadlines,
            SessionPatrol sessions) {
        this.replica = replica;
        this.timers = timers;
        this.founding = founding;
        this.services = services;
        this.deadlines = deadlines;
        this.sessions = sessions;
    }

    /** Begins to follow who leads; call once. */
    public void start() {
        replica.addListener(this);
        replica.addRoleListener(role -> timers.run(() -> follow(role)));
        timers.run(() -> follow(replica.role()));
    }

    private void follow(Role role) {
        boolean begins = role.leading() && (!leading || role.term() != term);
        if (leading && (!role.leading() || begins)) {
            leading = false;
            services.stop();
            cancel(tick);
            cancel(patrol);
        }
        if (begins) {
            leading = true;
            term = role.term();
            founding.foundIfNew(replica.state());
            services.start();
            sessions.start();
            tick();
            patrol = timers.after(PATROL, this::patrol);
        }
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void tick() {
        if (leading) {
            deadlines.check(replica.state());
            tick = timers.after(TICK, this::tick);
        }
    }

    private void patrol() {
        if (leading) {
            founding.foundIfNew(replica.state());
            sessions.check(replica.state());
            patrol = timers.after(PATROL, this::patrol);
        }
    }

    @Override
    public void applied(ClusterState state, Touched touched) {
        services.touched(touched);
    }

    @Override
    public void restored(ClusterState state) {
        services.touchedAll();
    }
}
