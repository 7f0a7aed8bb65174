package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.history.Call;
import io.gantry.common.history.Outcome.Ok;
import io.gantry.common.history.Sequence;
import io.gantry.system.LoadEndpoints.Endpoint;
import io.gantry.system.LoadTarget.TaskPlace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.EcsClient;

/**
 * Four users of a control plane, and what they saw. They go on whatever happens to it; what they
 * saw is judged in the end.
 */
final class SteadyLoad implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final int JUDGE = CLIENTS;
    private static final Duration PAUSE = Duration.ofMillis(80);
    private static final int TASK_CALL_ONE_IN = 8;
    private static final int FAMILY_CALL_ONE_IN = 3;

    private final LoadHistory history = new LoadHistory();
    private final LoadObjects objects;
    private final @Nullable LoadTasks tasks;
    private final LoadEndpoints own;
    private final List<LoadEndpoints> theirs = new ArrayList<>();
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final List<Future<?>> running = new ArrayList<>();
    private final long beginNanos;
    private volatile long endNanos;
    private volatile boolean isOver;

    private SteadyLoad(LoadTarget target) {
        objects = new LoadObjects(target);
        TaskPlace place = target.tasks();
        tasks = place == null ? null : new LoadTasks(target, place, history);
        own = new LoadEndpoints(target, 0);
        objects.create(own.next().ecs());
        beginNanos = System.nanoTime();
    }

    /**
     * Makes what it needs and begins.
     *
     * @param seed decides who calls what in which order
     */
    static SteadyLoad start(LoadTarget target, long seed) {
        var load = new SteadyLoad(target);
        for (int client = 0; client < CLIENTS; client++) {
            var endpoints = new LoadEndpoints(target, client);
            var calls = new LoadCalls(client, endpoints);
            var random = new Random(seed + client);
            load.theirs.add(endpoints);
            load.running.add(load.clients.submit(() -> load.keepCalling(calls, random)));
        }
        return load;
    }

    private void keepCalling(LoadCalls calls, Random random) {
        var operations = new LoadOperations(history, objects, calls);
        while (!isOver) {
            if (tasks != null && random.nextInt(TASK_CALL_ONE_IN) == 0) {
                tasks.call(calls, random);
            } else {
                call(operations, calls.next(), random);
            }
            LockSupport.parkNanos(random.nextLong(2 * PAUSE.toNanos()));
        }
    }

    private void call(LoadOperations operations, Endpoint endpoint, Random random) {
        boolean isWrite = random.nextBoolean();
        if (random.nextInt(FAMILY_CALL_ONE_IN) > 0) {
            var service = objects.service(random);
            if (isWrite) {
                operations.write(endpoint, service);
            } else {
                operations.read(endpoint, service);
            }
        } else if (isWrite) {
            operations.register(endpoint, objects.family(random));
        } else {
            operations.latest(endpoint, objects.family(random));
        }
    }

    /** Ends the clients; calls that are under way are ended first. */
    void stop() {
        if (!isOver) {
            isOver = true;
            clients.close();
            endNanos = System.nanoTime();
        }
    }

    /** Of the whole time of the load, or up to now. */
    LoadFigures figures() {
        return LoadFigures.of(
                history.calls().stream().filter(call -> call.client() != JUDGE).toList(),
                beginNanos,
                isOver ? endNanos : System.nanoTime());
    }

    /**
     * Fails unless everything that was acknowledged is there, all that was seen could have been
     * seen of one copy, every node tells the same, services have as many tasks as desired and no
     * task is stuck. Ends the clients; all nodes must be up.
     */
    void check() {
        stop();
        assertThat(running).allSatisfy(client -> assertThat(client).succeedsWithin(Duration.ZERO));
        var calls = new LoadCalls(JUDGE, own);
        var operations = new LoadOperations(history, objects, calls);
        for (Endpoint endpoint : own.all()) {
            operations.readAll(endpoint);
            if (tasks != null) {
                tasks.tokens().forEach(token -> tasks.list(calls, endpoint, token));
            }
        }
        assertThat(history.calls().stream().filter(call -> call.client() == JUDGE))
                .as("last reads from each node")
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.outcome()).isInstanceOf(Ok.class));
        assertThat(history.violations()).isEmpty();
        assertThat(figures().refused().keySet())
                .allMatch(reason -> reason.contains(LoadTasks.NO_ROOM));
        checkRevisions();
        checkThatNodesAgree();
    }

    private void checkRevisions() {
        Set<String> acknowledged =
                history.revisions.calls().stream()
                        .filter(call -> call.action() == Sequence.Action.NEXT)
                        .filter(call -> call.outcome() instanceof Ok)
                        .map(SteadyLoad::revision)
                        .collect(Collectors.toSet());
        for (Endpoint endpoint : own.all()) {
            Set<String> listed =
                    objects.families().stream()
                            .flatMap(family -> revisions(endpoint.ecs(), family))
                            .collect(Collectors.toSet());
            assertThat(listed).as("%s", endpoint.uri()).containsAll(acknowledged);
        }
    }

    private static String revision(Call<Sequence.Action, Integer> call) {
        return call.outcome() instanceof Ok<Integer>(var number)
                ? call.key() + ":" + number
                : call.key();
    }

    private static Stream<String> revisions(EcsClient ecs, String family) {
        return ecs
                .listTaskDefinitionsPaginator(request -> request.familyPrefix(family))
                .taskDefinitionArns()
                .stream()
                .map(arn -> arn.substring(arn.lastIndexOf('/') + 1));
    }

    /** Workers go on reporting meanwhile, so nodes are compared until nothing happens. */
    private void checkThatNodesAgree() {
        WholeCluster.await(
                () ->
                        NodeView.agreed(
                                own.all().stream()
                                        .map(endpoint -> NodeView.of(endpoint.ecs()))
                                        .toList()),
                NodeView::isSettled);
    }

    /** Removes what it made. */
    @Override
    public void close() {
        stop();
        EcsClient ecs = own.next().ecs();
        if (tasks != null) {
            tasks.stopAll(ecs);
        }
        objects.remove(ecs);
        own.close();
        theirs.forEach(LoadEndpoints::close);
    }
}
