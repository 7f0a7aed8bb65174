package io.gantry.worker.session;

import io.gantry.common.acs.AcsMessage.GantryInventoryMessage.KnownTask;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.TcsMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A worker that only remembers what it was told. */
final class FakeTasks implements WorkerTasks {
    final List<AcsTask> assigned = new ArrayList<>();
    final List<GantryStreamMessage> streams = new ArrayList<>();
    final List<Long> acknowledged = new ArrayList<>();
    final List<String> running = new ArrayList<>();
    @Nullable String instance;
    long sequence = -1;
    boolean diskFull;

    @Override
    public void assign(List<AcsTask> tasks) {
        if (diskFull) {
            throw new IllegalStateException("disk full");
        }
        assigned.addAll(tasks);
    }

    final List<Long> renewals = new ArrayList<>();
    long stamp;

    @Override
    public long leaseStamp() {
        return stamp;
    }

    @Override
    public void leaseRenewed(long renewed) {
        renewals.add(renewed);
    }

    @Override
    public List<KnownTask> known() {
        return running.stream().map(arn -> new KnownTask(arn, "RUNNING")).toList();
    }

    @Override
    public List<String> wantedRunning() {
        return running;
    }

    @Override
    public void reportAcknowledged(String taskArn, long reportNumber) {
        acknowledged.add(reportNumber);
    }

    @Override
    public boolean storeCredentials(
            String taskArn, String roleType, AcsTask.RoleCredentials credentials) {
        return running.contains(taskArn);
    }

    @Override
    public @Nullable String containerInstanceArn() {
        return instance;
    }

    @Override
    public void registered(String containerInstanceArn) {
        instance = containerInstanceArn;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public void sequence(long reached) {
        sequence = reached;
    }

    @Override
    public List<TcsMessage.TaskHealth> health(Set<String> taskArns) {
        return taskArns.stream()
                .map(
                        arn ->
                                new TcsMessage.TaskHealth(
                                        arn,
                                        null,
                                        "web",
                                        "1",
                                        List.of(
                                                new TcsMessage.ContainerHealth(
                                                        "web", "UNHEALTHY", null, null))))
                .toList();
    }

    @Override
    public void openStream(GantryStreamMessage order) {
        streams.add(order);
    }

    @Override
    public void sample(Consumer<Sample> answer) {
        answer.accept(new Sample(List.of(), List.of(), true));
    }
}
