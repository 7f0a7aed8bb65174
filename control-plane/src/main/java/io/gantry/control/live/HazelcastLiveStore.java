package io.gantry.control.live;

import com.hazelcast.config.Config;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link LiveStore} in Hazelcast, embedded in each control-plane node. Entries expire by
 * themselves. Trouble in it is logged and otherwise ignored: nothing depends on it.
 */
public final class HazelcastLiveStore implements LiveStore {
    private static final Logger log = LoggerFactory.getLogger(HazelcastLiveStore.class);
    private static final int KEPT_SECONDS = 60;

    private final HazelcastInstance hazelcast;
    private final IMap<String, Heartbeat> heartbeats;
    private final IMap<String, Utilisation> utilisations;

    private HazelcastLiveStore(HazelcastInstance hazelcast) {
        this.hazelcast = hazelcast;
        this.heartbeats = hazelcast.getMap("heartbeat");
        this.utilisations = hazelcast.getMap("utilisation");
    }

    /**
     * Joins the other nodes, or waits for them.
     *
     * @param cluster nodes of another name do not mix
     * @param host address to listen on
     * @param port listened on, exactly
     * @param members {@code host:port} of all nodes
     */
    public static HazelcastLiveStore start(
            String cluster, String host, int port, List<String> members) {
        var config = new Config();
        config.setClusterName(cluster);
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.setProperty("hazelcast.partition.count", "31");
        config.setProperty("hazelcast.operation.thread.count", "2");
        config.setProperty("hazelcast.operation.generic.thread.count", "2");
        config.setProperty("hazelcast.io.thread.count", "1");
        config.setProperty("hazelcast.event.thread.count", "1");
        config.setProperty("hazelcast.wait.seconds.before.join", "0");
        config.setProperty("hazelcast.max.join.seconds", "5");
        config.setProperty("hazelcast.max.no.heartbeat.seconds", "10");
        config.setProperty("hazelcast.graceful.shutdown.max.wait", "1");
        config.getJetConfig().setEnabled(false);
        var network = config.getNetworkConfig();
        network.setPort(port).setPortAutoIncrement(false);
        network.getInterfaces().setEnabled(true).addInterface(host);
        network.getJoin().getAutoDetectionConfig().setEnabled(false);
        network.getJoin().getMulticastConfig().setEnabled(false);
        network.getJoin().getTcpIpConfig().setEnabled(true).setMembers(members);
        config.addMapConfig(volatileMap("heartbeat"));
        config.addMapConfig(volatileMap("utilisation"));
        return new HazelcastLiveStore(Hazelcast.newHazelcastInstance(config));
    }

    private static MapConfig volatileMap(String name) {
        return new MapConfig(name)
                .setTimeToLiveSeconds(KEPT_SECONDS)
                .setBackupCount(0)
                .setAsyncBackupCount(1);
    }

    @Override
    public void heartbeat(WorkerId worker, Heartbeat heartbeat) {
        attempt(() -> heartbeats.setAsync(worker.toString(), heartbeat));
    }

    @Override
    public @Nullable Heartbeat heartbeat(WorkerId worker) {
        try {
            return heartbeats.get(worker.toString());
        } catch (HazelcastException | HazelcastInstanceNotActiveException trouble) {
            ignored(trouble);
            return null;
        }
    }

    @Override
    public void remove(WorkerId worker, long session) {
        attempt(() -> heartbeats.submitToKey(worker.toString(), new ForgetSession(session)));
    }

    @Override
    public void utilisation(Map<TaskId, Utilisation> tasks) {
        var rows = new HashMap<String, Utilisation>();
        tasks.forEach((task, used) -> rows.put(task.toString(), used));
        attempt(() -> utilisations.setAllAsync(rows));
    }

    @Override
    public @Nullable Utilisation utilisation(TaskId task) {
        try {
            return utilisations.get(task.toString());
        } catch (HazelcastException | HazelcastInstanceNotActiveException trouble) {
            ignored(trouble);
            return null;
        }
    }

    @Override
    public int nodes() {
        return hazelcast.getCluster().getMembers().size();
    }

    private static void attempt(Runnable action) {
        try {
            action.run();
        } catch (HazelcastException | HazelcastInstanceNotActiveException trouble) {
            ignored(trouble);
        }
    }

    private static void ignored(RuntimeException trouble) {
        log.atDebug().setCause(trouble).log("the live store is in trouble");
    }

    @Override
    public void close() {
        hazelcast.shutdown();
    }
}
