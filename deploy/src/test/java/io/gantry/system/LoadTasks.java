package io.gantry.system;

import io.gantry.common.history.TokenSet.Add;
import io.gantry.common.history.TokenSet.Item;
import io.gantry.common.history.TokenSet.ListAll;
import io.gantry.system.LoadCalls.DeclinedException;
import io.gantry.system.LoadEndpoints.Endpoint;
import io.gantry.system.LoadTarget.TaskPlace;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * Standalone tasks, a few at a time: each token is used for some calls of all clients, and then its
 * tasks are stopped.
 */
final class LoadTasks {
    /** How the reason begins when no worker could take a task, as while none is connected. */
    static final String NO_ROOM = "no room: ";

    private static final int CALLS_PER_TOKEN = 8;
    private static final int TOKENS_KEPT = 3;

    private final LoadTarget target;
    private final TaskPlace place;
    private final LoadHistory history;
    private final AtomicLong turn = new AtomicLong();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    LoadTasks(LoadTarget target, TaskPlace place, LoadHistory history) {
        this.target = target;
        this.place = place;
        this.history = history;
    }

    void call(LoadCalls calls, Random random) {
        long now = turn.getAndIncrement();
        long number = now / CALLS_PER_TOKEN;
        Endpoint endpoint = calls.next();
        if (now % CALLS_PER_TOKEN == 0) {
            stop(endpoint, "token-" + (number - TOKENS_KEPT));
        } else if (random.nextBoolean()) {
            run(calls, endpoint, "token-" + number);
        } else {
            list(calls, endpoint, "token-" + number);
        }
    }

    private void run(LoadCalls calls, Endpoint endpoint, String token) {
        calls.record(
                endpoint,
                history.tasks,
                "RunTask",
                token,
                new Add(token),
                ecs -> {
                    var answer =
                            ecs.runTask(
                                    request ->
                                            request.cluster(place.cluster())
                                                    .taskDefinition(target.taskFamily())
                                                    .clientToken(target.name() + token)
                                                    .startedBy(startedBy(token)));
                    return made(token, answer.tasks(), answer.failures());
                });
    }

    private String startedBy(String token) {
        return target.name() + "-" + token;
    }

    private List<Item> made(String token, List<Task> made, List<Failure> failures) {
        if (made.isEmpty()) {
            throw new DeclinedException(
                    NO_ROOM + failures.stream().map(Failure::reason).distinct().toList());
        }
        made.forEach(task -> tokens.put(task.taskArn(), token));
        return made.stream().map(task -> new Item(token, task.taskArn())).toList();
    }

    /** Those of a token; what is acknowledged is listed, whatever has become of it since. */
    void list(LoadCalls calls, Endpoint endpoint, String token) {
        calls.record(
                endpoint,
                history.tasks,
                "ListTasks",
                token,
                new ListAll(),
                ecs -> {
                    Set<String> arns = new TreeSet<>();
                    // In this order: a task that stops in between is seen twice, not never.
                    for (DesiredStatus status :
                            List.of(DesiredStatus.RUNNING, DesiredStatus.STOPPED)) {
                        arns.addAll(
                                ecs.listTasks(
                                                request ->
                                                        request.cluster(place.cluster())
                                                                .startedBy(startedBy(token))
                                                                .desiredStatus(status))
                                        .taskArns());
                    }
                    return arns.stream().map(arn -> new Item(token, arn)).toList();
                });
    }

    /** Whether this works is nobody's concern: in the end, all of them are stopped. */
    private void stop(Endpoint endpoint, String token) {
        for (String arn : tasksOf(token)) {
            try {
                endpoint.ecs().stopTask(request -> request.cluster(place.cluster()).task(arn));
            } catch (SdkException failed) {
                endpoint.rest();
            }
        }
    }

    private List<String> tasksOf(String token) {
        return tokens.entrySet().stream()
                .filter(entry -> entry.getValue().equals(token))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** For which at least one task was acknowledged. */
    Stream<String> tokens() {
        return tokens.values().stream().distinct().sorted();
    }

    /** Stops all that were ever started, acknowledged or not. */
    void stopAll(EcsClient ecs) {
        List<String> alive =
                ecs
                        .listTasksPaginator(
                                request ->
                                        request.cluster(place.cluster())
                                                .family(target.taskFamily()))
                        .taskArns()
                        .stream()
                        .toList();
        alive.forEach(arn -> ecs.stopTask(r -> r.cluster(place.cluster()).task(arn)));
    }
}
