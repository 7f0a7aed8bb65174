package io.gantry.control.live;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@link LiveStore} without other nodes, for tests. */
public final class LocalLiveStore implements LiveStore {
    private final Map<WorkerId, Heartbeat> heartbeats = new ConcurrentHashMap<>();
    private final Map<TaskId, Utilisation> utilisations = new ConcurrentHashMap<>();
    private final Map<WorkerId, MachineHealth> healths = new ConcurrentHashMap<>();
    private final List<Consumer<Notice>> subscribers = new CopyOnWriteArrayList<>();
    private volatile boolean joined = true;

    /** Whether the store is there. */
    public void setJoined(boolean now) {
        joined = now;
    }

    @Override
    public void heartbeat(WorkerId worker, Heartbeat heartbeat) {
        heartbeats.put(worker, heartbeat);
    }

    @Override
    public @Nullable Heartbeat heartbeat(WorkerId worker) {
        return joined ? heartbeats.get(worker) : null;
    }

    @Override
    public void remove(WorkerId worker, long session) {
        heartbeats.computeIfPresent(
                worker, (id, known) -> known.session() <= session ? null : known);
    }

    @Override
    public void utilisation(Map<TaskId, Utilisation> tasks) {
        utilisations.putAll(tasks);
    }

    @Override
    public @Nullable Utilisation utilisation(TaskId task) {
        return utilisations.get(task);
    }

    @Override
    public void health(WorkerId worker, MachineHealth health) {
        healths.put(worker, health);
    }

    @Override
    public @Nullable MachineHealth health(WorkerId worker) {
        return joined ? healths.get(worker) : null;
    }

    @Override
    public boolean publish(Notice notice) {
        if (joined) {
            subscribers.forEach(subscriber -> subscriber.accept(notice));
        }
        return joined;
    }

    @Override
    public void subscribe(Consumer<Notice> listener) {
        subscribers.add(listener);
    }

    @Override
    public int nodes() {
        return joined ? 1 : 0;
    }

    @Override
    public void close() {
        heartbeats.clear();
        utilisations.clear();
        healths.clear();
    }
}
