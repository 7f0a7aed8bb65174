package io.gantry.control.lead;

import io.gantry.common.time.Timers;
import io.gantry.control.core.command.Command.ReportHook;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.Replica;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;

/**
 * Calls the hooks of deployments by stages that are due, and proposes what they answer. A new
 * leader calls those once more whose answer has not come into the log: hooks are called at least
 * once, and know a repetition by its execution id.
 */
public final class HookLoop {
    private static final Logger log = LoggerFactory.getLogger(HookLoop.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Replica replica;
    private final CommandLog commands;
    private final Timers timers;
    private final Webhooks webhooks;
    private final HookTargets targets;
    private final Set<String> calling = new HashSet<>();
    private volatile boolean running;
    private int term;

    public HookLoop(
            Replica replica,
            CommandLog commands,
            Timers timers,
            Webhooks webhooks,
            HookTargets targets) {
        this.replica = replica;
        this.commands = commands;
        this.timers = timers;
        this.webhooks = webhooks;
        this.targets = targets;
    }

    void start() {
        running = true;
        term++;
        calling.clear();
        touchedAll();
    }

    void stop() {
        running = false;
    }

    /** May be called from any thread. */
    void touched(ClusterState state, Touched touched) {
        if (running) {
            touched.services().stream()
                    .filter(key -> isStaged(state.services().get(key)))
                    .forEach(key -> timers.run(() -> look(key)));
        }
    }

    /** May be called from any thread. */
    void touchedAll() {
        if (running) {
            replica.state()
                    .services()
                    .values()
                    .filter(HookLoop::isStaged)
                    .map(Service::key)
                    .forEach(key -> timers.run(() -> look(key)));
        }
    }

    private static boolean isStaged(@Nullable Service service) {
        return service != null && service.course().staged();
    }

    private void look(ServiceKey key) {
        ClusterState state = replica.state();
        Service service = state.services().get(key);
        ServiceDeployment.Key ongoing = service == null ? null : service.ongoing();
        ServiceDeployment row =
                ongoing == null ? null : state.releases().deployments().get(ongoing);
        Staging staging = row == null ? null : row.staging();
        Realm realm = state.realm();
        if (!running || row == null || staging == null || realm == null) {
            return;
        }
        for (Staging.Hook hook : staging.hooks()) {
            if (hook.isDue(state.nowMillis()) && calling.add(hook.id())) {
                call(realm, row, hook);
            }
        }
    }

    private void call(Realm realm, ServiceDeployment row, Staging.Hook hook) {
        List<DeploymentLifecycleHook> configured = row.configuration().lifecycleHooks();
        DeploymentLifecycleHook meant = configured.get(hook.index());
        URI target = targets.address(meant.hookTargetArn());
        if (target == null) {
            log.atWarn()
                    .addKeyValue("deployment", row.key())
                    .addKeyValue("hook", meant.hookTargetArn())
                    .log("no address is known for the hook");
            report(row, hook, HookCall.failed());
            return;
        }
        var call = new HookCall(realm, row, hook, meant);
        int asked = term;
        CompletableFuture<Webhooks.Answer> answer = webhooks.call(target, call.payload());
        var _ =
                answer.whenComplete(
                        (reply, failure) ->
                                timers.run(
                                        () -> {
                                            if (running && asked == term) {
                                                answered(call, reply, failure);
                                            }
                                        }));
    }

    private void answered(
            HookCall call, Webhooks.@Nullable Answer answer, @Nullable Throwable failure) {
        HookCall.Verdict verdict = answer == null ? HookCall.later() : call.verdict(answer);
        log.atInfo()
                .addKeyValue("deployment", call.row().key())
                .addKeyValue("hook", call.configured().hookTargetArn())
                .addKeyValue("status", verdict.status())
                .addKeyValue("failure", failure)
                .log("a life-cycle hook was called");
        report(call.row(), call.hook(), verdict);
    }

    private void report(ServiceDeployment row, Staging.Hook hook, HookCall.Verdict verdict) {
        var report =
                new ReportHook(
                        row.key(),
                        hook.id(),
                        verdict.status(),
                        verdict.againMillis(),
                        verdict.note());
        var _ =
                commands.submit(report)
                        .whenComplete(
                                (_, failure) ->
                                        timers.run(() -> reported(row, hook, failure != null)));
    }

    /** Where the log did not take the answer, the hook is asked for another one. */
    private void reported(ServiceDeployment row, Staging.Hook hook, boolean lost) {
        calling.remove(hook.id());
        ServiceKey service = row.key().service();
        timers.after(lost ? RETRY : Duration.ZERO, () -> look(service));
    }
}
