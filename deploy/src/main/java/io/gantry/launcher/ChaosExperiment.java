package io.gantry.launcher;

import io.gantry.launcher.ClusterWatch.View;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Does a fault as often as asked while clients call and watchers watch. */
final class ChaosExperiment {
    private static final Duration CALM = Duration.ofSeconds(1);
    private static final Duration UNTIL_WELL = Duration.ofMinutes(2);

    private final Session session;
    private final Plan plan;
    private final Progress progress;
    private final Installation installation;
    private final ChaosTargets targets;
    private final Faults faults;
    private final ChaosProbe probe;
    private final Credentials credentials;
    private final List<ChaosRound> rounds = new CopyOnWriteArrayList<>();

    /**
     * What to do.
     *
     * @param words whom to do it to, anew in each round
     * @param duration after which a fault is undone
     * @param every from one fault to the next, at least; null for as soon as all is well
     */
    record Plan(
            Fault fault,
            List<String> words,
            Duration duration,
            int times,
            @Nullable Duration every) {}

    ChaosExperiment(Session session, Plan plan, PrintStream out) {
        this.session = session;
        this.plan = plan;
        progress = new Progress(out);
        installation = session.installation();
        targets = new ChaosTargets(installation, ThreadLocalRandom.current());
        faults = new Faults(session);
        probe = new ChaosProbe(session);
        credentials = session.knownCredentials();
    }

    /**
     * The figures of all rounds; fewer than asked for if it does not get well again.
     *
     * @param whenInterrupted is told the rounds so far if a signal ends the launcher
     */
    List<ChaosRound> run(Consumer<List<ChaosRound>> whenInterrupted) {
        var hook = Thread.ofPlatform().name("heal").unstarted(() -> healOnExit(whenInterrupted));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            faults.check(plan.fault(), targets.find(plan.words(), leader()));
            String service = probe.create();
            if (service != null) {
                progress.done("service %s runs, as there was none to watch".formatted(service));
            }
            return underLoad();
        } finally {
            faults.heal(true);
            removeProbe();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    /** A signal ends the launcher while the fault is on. */
    private void healOnExit(Consumer<List<ChaosRound>> whenInterrupted) {
        faults.close();
        progress.done("interrupted; all faults are undone");
        whenInterrupted.accept(List.copyOf(rounds));
        removeProbe();
    }

    private void removeProbe() {
        try {
            probe.remove();
        } catch (Failure | ApiClient.RefusedException refused) {
            progress.done("what was made for the load is still there: " + refused.getMessage());
            progress.done("the next \"gantry chaos\" removes it, also \"gantry chaos heal\"");
        }
    }

    private List<ChaosRound> underLoad() {
        try (var load = new ChaosLoad(session, credentials, probe);
                var leaders = new LeaderWatch(session.pages());
                var cluster = new ClusterWatch(this::api)) {
            load.start();
            leaders.start(installation.controlPlane());
            cluster.start();
            if (awaitWell(cluster) == null) {
                throw new Failure("Not all is well before the first fault; see \"gantry status\".");
            }
            checkLoad(load);
            for (int number = 1; number <= plan.times(); number++) {
                long began = System.nanoTime();
                ChaosRound round = round(number, load, leaders, cluster);
                rounds.add(round);
                if (round.wellAfterMillis() == null) {
                    break;
                }
                if (number < plan.times()) {
                    restUntilNext(began);
                }
            }
        }
        return List.copyOf(rounds);
    }

    /** Figures of a load that fails by itself would be of no use. */
    private static void checkLoad(ChaosLoad load) {
        load.forgetBefore(System.nanoTime());
        Boolean works =
                Patience.await(
                        ChaosLoad.LIMIT,
                        () -> (succeeds(load, true) && succeeds(load, false)) ? true : null);
        if (works == null) {
            String troubles =
                    load.calls().stream()
                            .map(ChaosCall::trouble)
                            .filter(Objects::nonNull)
                            .distinct()
                            .collect(Collectors.joining(", "));
            throw new Failure(
                    "The load's calls fail without any fault: "
                            + (troubles.isEmpty() ? "nobody answers" : troubles));
        }
    }

    private static boolean succeeds(ChaosLoad load, boolean write) {
        return load.calls().stream().anyMatch(call -> call.write() == write && !call.failed());
    }

    private void restUntilNext(long began) {
        if (plan.every() != null) {
            long left = plan.every().toNanos() - (System.nanoTime() - began);
            Patience.rest(Math.max(0, left / 1_000_000));
        }
    }

    private ChaosRound round(
            int number, ChaosLoad load, LeaderWatch leaders, ClusterWatch cluster) {
        calm(load, cluster);
        String leader = leader();
        List<Member> hit = targets.find(plan.words(), leader);
        Set<String> nodes = names(hit, Member::isNode);
        cluster.avoid(nodes);
        long fault = System.nanoTime();
        faults.inject(plan.fault(), hit, plan.duration());
        tellFault(number, hit, nodes.contains(leader));
        Patience.rest(plan.duration().toMillis());
        long heal = System.nanoTime();
        faults.heal(true);
        Long well = awaitWell(cluster);
        long end = System.nanoTime();
        // Calls that a silent node still holds belong to this round.
        Patience.await(
                ChaosLoad.LIMIT.multipliedBy(4), () -> load.isAnswered(end) ? "answered" : null);
        cluster.avoid(Set.of());
        var recording =
                new ChaosRecording(
                        nodes,
                        names(hit, member -> !member.isNode()),
                        leader,
                        fault,
                        heal,
                        well,
                        end,
                        load.calls().stream().filter(call -> call.startNanos() < end).toList(),
                        leaders.sightings(),
                        cluster.views());
        ChaosRound round = ChaosFigures.of(number, recording);
        tellHealing(number, round);
        return round;
    }

    /** What is seen before a fault counts for it; and all must be seen once without. */
    private static void calm(ChaosLoad load, ClusterWatch cluster) {
        long began = System.nanoTime();
        load.forgetBefore(began);
        cluster.forgetBefore(began);
        Patience.rest(CALM.toMillis());
        // Which tasks are new can be told only if the earlier ones have been seen.
        if (Patience.await(UNTIL_WELL, () -> cluster.views().isEmpty() ? null : "seen") == null) {
            throw new Failure("Nobody tells which tasks there are; see \"gantry status\".");
        }
    }

    private void tellFault(int number, List<Member> hit, boolean leads) {
        progress.done(
                "round %d: %s of %s%s for %s"
                        .formatted(
                                number,
                                plan.fault().text(),
                                Startup.names(hit),
                                leads ? " (leader)" : "",
                                ChaosReport.span(plan.duration())));
    }

    private void tellHealing(int number, ChaosRound round) {
        progress.done(
                "round %d: undone, %s"
                        .formatted(
                                number,
                                round.wellAfterMillis() == null
                                        ? "but not well after " + UNTIL_WELL.toSeconds() + " s"
                                        : "well after "
                                                + ChaosReport.millis(round.wellAfterMillis())));
    }

    private static Set<String> names(List<Member> members, Predicate<Member> wanted) {
        return members.stream().filter(wanted).map(Member::name).collect(Collectors.toSet());
    }

    private String leader() {
        String leader =
                Patience.await(
                        UNTIL_WELL,
                        () -> LeaderWatch.leader(session.pages(), installation.controlPlane()));
        if (leader == null) {
            throw new Failure("Nobody leads.");
        }
        return leader;
    }

    /** When all nodes serve, all workers are connected and all services complete; or null. */
    private @Nullable Long awaitWell(ClusterWatch cluster) {
        long asked = System.nanoTime();
        return Patience.await(
                UNTIL_WELL,
                () -> {
                    View view = cluster.latest();
                    boolean isWell =
                            view != null
                                    && view.nanos() - asked > 0
                                    && isWell(view)
                                    && installation.controlPlane().stream()
                                            .allMatch(session.pages()::isReady);
                    return isWell ? Long.valueOf(System.nanoTime()) : null;
                });
    }

    private boolean isWell(View view) {
        return view.isServedWithout(Set.of())
                && installation.workerMembers().stream()
                        .allMatch(w -> Boolean.TRUE.equals(view.connected().get(w.name())));
    }

    /** One that turns to the nodes of these names last. */
    private ApiClient api(Set<String> avoided) {
        List<URI> nodes =
                Stream.concat(
                                installation.controlPlane().stream()
                                        .filter(node -> !avoided.contains(node.name())),
                                installation.controlPlane().stream()
                                        .filter(node -> avoided.contains(node.name())))
                        .map(Member::url)
                        .toList();
        return session.api(nodes);
    }
}
