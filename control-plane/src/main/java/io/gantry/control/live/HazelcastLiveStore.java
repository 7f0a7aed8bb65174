package io.gantry.control.live;

import com.hazelcast.config.Config;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import com.hazelcast.topic.ITopic;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link LiveStore} in Hazelcast, embedded in each control-plane node. It joins the others in the
 * background, since nobody should wait for what may be lost at any time; until then, and whenever
 * there is trouble, it knows nothing. Entries expire by themselves.
 */
public final class HazelcastLiveStore implements LiveStore {
    private static final Logger log = LoggerFactory.getLogger(HazelcastLiveStore.class);
    private static final int KEPT_SECONDS = 60;

    /** Agents tell how their machines feel once a minute. */
    private static final int HEALTH_KEPT_SECONDS = 300;

    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Config config;
    private final String host;
    private final List<Consumer<Notice>> subscribers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Joined joined;
    private volatile boolean closed;

    private record Joined(
            HazelcastInstance hazelcast,
            IMap<String, Heartbeat> heartbeats,
            IMap<String, Utilisation> utilisations,
            IMap<String, MachineHealth> healths,
            ITopic<Notice> notices) {}

    private HazelcastLiveStore(Config config, String host) {
        this.config = config;
        this.host = host;
    }

    /**
     * Begins to join the other nodes.
     *
     * @param cluster nodes of another name do not mix
     * @param host name or address to listen on
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
        config.setProperty("hazelcast.max.join.seconds", "30");
        config.setProperty("hazelcast.max.no.heartbeat.seconds", "10");
        config.setProperty("hazelcast.graceful.shutdown.max.wait", "1");
        config.getJetConfig().setEnabled(false);
        var network = config.getNetworkConfig();
        network.setPort(port).setPortAutoIncrement(false);
        network.getJoin().getAutoDetectionConfig().setEnabled(false);
        network.getJoin().getMulticastConfig().setEnabled(false);
        network.getJoin().getTcpIpConfig().setEnabled(true).setMembers(members);
        config.addMapConfig(volatileMap("heartbeat"));
        config.addMapConfig(volatileMap("utilisation"));
        config.addMapConfig(volatileMap("health").setTimeToLiveSeconds(HEALTH_KEPT_SECONDS));
        var store = new HazelcastLiveStore(config, host);
        Thread.ofPlatform().daemon().name("live-join").start(store::join);
        return store;
    }

    /**
     * Looks for these from now on, instead of those it was started with. Nodes that share the store
     * already go on to.
     *
     * @param members {@code host:port} of all nodes
     */
    public void members(List<String> members) {
        config.getNetworkConfig().getJoin().getTcpIpConfig().setMembers(members);
    }

    private void join() {
        while (!closed) {
            try {
                listenOn(InetAddress.getByName(host).getHostAddress());
                HazelcastInstance hazelcast = Hazelcast.newHazelcastInstance(config);
                joined =
                        new Joined(
                                hazelcast,
                                hazelcast.getMap("heartbeat"),
                                hazelcast.getMap("utilisation"),
                                hazelcast.getMap("health"),
                                notices(hazelcast));
                if (closed) {
                    hazelcast.shutdown();
                }
                return;
            } catch (RuntimeException | UnknownHostException failed) {
                // Hazelcast throws plain ones, too, where a machine has lost its address.
                log.atWarn()
                        .addKeyValue("cause", failed.getMessage())
                        .log("cannot join the live store, will try again");
                pause();
            }
        }
    }

    /** Interfaces go by addresses only, and a name may get another one until the next attempt. */
    private void listenOn(String address) {
        config.getNetworkConfig().getInterfaces().setEnabled(true).setInterfaces(List.of(address));
    }

    private ITopic<Notice> notices(HazelcastInstance hazelcast) {
        ITopic<Notice> topic = hazelcast.getTopic("notice");
        topic.addMessageListener(
                message ->
                        subscribers.forEach(
                                subscriber -> subscriber.accept(message.getMessageObject())));
        return topic;
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static MapConfig volatileMap(String name) {
        return new MapConfig(name)
                .setTimeToLiveSeconds(KEPT_SECONDS)
                .setBackupCount(0)
                .setAsyncBackupCount(1);
    }

    @Override
    public void heartbeat(WorkerId worker, Heartbeat heartbeat) {
        attempt(store -> store.heartbeats.setAsync(worker.toString(), heartbeat));
    }

    @Override
    public @Nullable Heartbeat heartbeat(WorkerId worker) {
        return lookUp(store -> store.heartbeats.get(worker.toString()));
    }

    @Override
    public void remove(WorkerId worker, long session) {
        attempt(
                store ->
                        store.heartbeats.submitToKey(
                                worker.toString(), new ForgetSession(session)));
    }

    @Override
    public void utilisation(Map<TaskId, Utilisation> tasks) {
        var rows = new HashMap<String, Utilisation>();
        tasks.forEach((task, used) -> rows.put(task.toString(), used));
        attempt(store -> store.utilisations.setAllAsync(rows));
    }

    @Override
    public @Nullable Utilisation utilisation(TaskId task) {
        return lookUp(store -> store.utilisations.get(task.toString()));
    }

    @Override
    public void health(WorkerId worker, MachineHealth health) {
        attempt(store -> store.healths.setAsync(worker.toString(), health));
    }

    @Override
    public @Nullable MachineHealth health(WorkerId worker) {
        return lookUp(store -> store.healths.get(worker.toString()));
    }

    @Override
    public boolean publish(Notice notice) {
        Boolean passedOn =
                lookUp(
                        store -> {
                            store.notices.publish(notice);
                            return true;
                        });
        return passedOn != null;
    }

    @Override
    public void subscribe(Consumer<Notice> listener) {
        subscribers.add(listener);
    }

    @Override
    public int nodes() {
        Integer members = lookUp(store -> store.hazelcast.getCluster().getMembers().size());
        return members == null ? 0 : members;
    }

    private void attempt(Consumer<Joined> action) {
        lookUp(
                store -> {
                    action.accept(store);
                    return true;
                });
    }

    private <T> @Nullable T lookUp(Function<Joined, @Nullable T> question) {
        Joined store = joined;
        if (store == null) {
            return null;
        }
        try {
            return question.apply(store);
        } catch (HazelcastException | HazelcastInstanceNotActiveException trouble) {
            log.atDebug().setCause(trouble).log("the live store is in trouble");
            return null;
        }
    }

    @Override
    public void close() {
        closed = true;
        Joined store = joined;
        if (store != null) {
            store.hazelcast.shutdown();
        }
    }
}
