package io.gantry.worker.session;

import io.gantry.common.acs.AcsMessage.GantryInventoryMessage.KnownTask;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.TcsMessage.TaskHealth;
import io.gantry.common.acs.TcsMessage.TaskMetric;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the session needs of the rest of the worker. Called on the session's loop only. */
public interface WorkerTasks {

    /** Takes over wanted tasks; they are remembered for good when this returns. */
    void assign(List<AcsTask> tasks);

    /** Every task that is known. */
    List<KnownTask> known();

    /** The names of the tasks that are meant to run. */
    List<String> wantedRunning();

    void reportAcknowledged(String taskArn, long reportNumber);

    /** Keeps credentials for a task; false if there is no such task. */
    boolean storeCredentials(String taskArn, String roleType, AcsTask.RoleCredentials credentials);

    /** The name this worker got when it registered first; null before that. */
    @Nullable String containerInstanceArn();

    /** Remembers the name for good. */
    void registered(String containerInstanceArn);

    /** The highest number of a payload or manifest so far. */
    long sequence();

    /** Remembers the number for good. */
    void sequence(long reached);

    /** What the health checks of these tasks say now; nothing for those that have none. */
    List<TaskHealth> health(Set<String> taskArns);

    /** Begins to carry a stream of a container; returns at once. */
    void openStream(GantryStreamMessage order);

    /** The moment from which a lease counts whose heartbeat is sent now. */
    long leaseStamp();

    /** The heartbeat that was sent at this moment has been answered. */
    void leaseRenewed(long stamp);

    /** Reads off what tasks use and how they feel, and answers on the session's loop. */
    void sample(Consumer<Sample> answer);

    /** One reading of everything. */
    record Sample(List<TaskMetric> metrics, List<TaskHealth> health, boolean runtimeHealthy) {
        public Sample {
            metrics = List.copyOf(metrics);
            health = List.copyOf(health);
        }
    }
}
