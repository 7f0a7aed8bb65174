package io.gantry.launcher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Task;

/** Looks at workers, services and their tasks all the time. */
final class ClusterWatch implements AutoCloseable {
    private static final long STEP_MILLIS = 200;
    private static final String CLUSTER = Sample.CLUSTER;
    private static final String SERVICE_GROUP = "service:";

    private final Function<Set<String>, ApiClient> apis;
    private final ConcurrentLinkedQueue<View> views = new ConcurrentLinkedQueue<>();
    private final Thread thread = Thread.ofVirtual().unstarted(this::keepLooking);
    private volatile Set<String> avoided = Set.of();
    private volatile @Nullable View latest;
    private volatile boolean running = true;

    /**
     * Does nothing yet.
     *
     * @param apis makes a client that asks the nodes of these names only if no other answers
     */
    ClusterWatch(Function<Set<String>, ApiClient> apis) {
        this.apis = apis;
    }

    /** A task of a service; the worker's name is null if it is unknown. */
    record SeenTask(String id, String service, String status, @Nullable String worker) {
        boolean runs() {
            return status.equals("RUNNING");
        }
    }

    /**
     * What there was at a time.
     *
     * @param nanos when it had been read, by {@link System#nanoTime}
     * @param connected whether the worker of that name is connected
     * @param desired how many tasks the service of that name should have
     */
    record View(
            long nanos,
            Map<String, Boolean> connected,
            Map<String, Integer> desired,
            List<SeenTask> tasks) {

        View {
            connected = Map.copyOf(connected);
            desired = Map.copyOf(desired);
            tasks = List.copyOf(tasks);
        }

        /** Whether each service has all of its tasks running, not counting those on these. */
        boolean isServedWithout(Set<String> workers) {
            return desired.entrySet().stream()
                    .allMatch(
                            service ->
                                    tasks.stream()
                                                    .filter(SeenTask::runs)
                                                    .filter(
                                                            t ->
                                                                    t.service()
                                                                            .equals(
                                                                                    service
                                                                                            .getKey()))
                                                    .filter(t -> !isOn(t, workers))
                                                    .count()
                                            >= service.getValue());
        }

        private static boolean isOn(SeenTask task, Set<String> workers) {
            return task.worker() != null && workers.contains(task.worker());
        }
    }

    void start() {
        thread.start();
    }

    /** Nodes that are better not asked. */
    void avoid(Set<String> nodes) {
        avoided = Set.copyOf(nodes);
    }

    private void keepLooking() {
        while (running) {
            try {
                View view = look(new ClusterReader(apis.apply(avoided)));
                views.add(view);
                latest = view;
            } catch (Failure | ApiClient.RefusedException nobodyAnswers) {
                // What is not seen is not there: the figures come from the views that there are.
                latest = null;
            }
            Patience.rest(STEP_MILLIS);
        }
    }

    private static View look(ClusterReader reader) {
        Map<String, Boolean> connected = new HashMap<>();
        Map<String, String> names = new HashMap<>();
        for (ContainerInstance worker : reader.workers(CLUSTER)) {
            String name = StatusReport.name(worker);
            names.put(worker.containerInstanceArn(), name);
            connected.put(name, worker.agentConnected());
        }
        Map<String, Integer> desired = new HashMap<>();
        for (Service service : reader.services(CLUSTER)) {
            desired.put(service.serviceName(), service.desiredCount());
        }
        List<SeenTask> tasks = new ArrayList<>();
        for (Task task : reader.tasks(CLUSTER, null)) {
            String group = String.valueOf(task.group());
            if (group.startsWith(SERVICE_GROUP)) {
                tasks.add(
                        new SeenTask(
                                StatusReport.shortName(task.taskArn()),
                                group.substring(SERVICE_GROUP.length()),
                                task.lastStatus(),
                                names.get(String.valueOf(task.containerInstanceArn()))));
            }
        }
        return new View(System.nanoTime(), connected, desired, tasks);
    }

    List<View> views() {
        return new ArrayList<>(views);
    }

    void forgetBefore(long nanos) {
        views.removeIf(view -> view.nanos() - nanos < 0);
    }

    /** Null if nobody answered when last asked. */
    @Nullable View latest() {
        return latest;
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
