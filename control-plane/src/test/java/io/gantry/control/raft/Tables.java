package io.gantry.control.raft;

import io.gantry.common.table.SortedTable;
import io.gantry.control.core.state.ClusterState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A state in a form that can be compared: two with the same content are equal. */
final class Tables {

    private Tables() {}

    static Map<String, Object> of(ClusterState state) {
        var tables = new LinkedHashMap<String, Object>();
        tables.put("sequence", state.sequence());
        tables.put("now", state.nowMillis());
        tables.put("level", state.level());
        tables.put("realm", List.of(String.valueOf(state.realm())));
        tables.put("policy", state.policy());
        tables.put("clusters", rows(state.clusters()));
        tables.put("families", rows(state.families()));
        tables.put("taskDefinitions", rows(state.taskDefinitions()));
        tables.put("services", rows(state.services()));
        tables.put("workers", rows(state.workers()));
        tables.put("tasks", rows(state.tasks()));
        tables.put("tokens", rows(state.tokens()));
        tables.put("deadlines", rows(state.deadlines()));
        tables.put("tasksByCluster", rows(state.tasksByCluster()));
        tables.put("tasksByService", rows(state.tasksByService()));
        tables.put("tasksByWorker", rows(state.tasksByWorker()));
        tables.put("workersByCluster", rows(state.workersByCluster()));
        tables.put("capacityProviders", rows(state.capacityProviders()));
        tables.put("accountSettings", rows(state.accountSettings()));
        tables.put("daemons", rows(state.daemons()));
        tables.put("jobs", rows(state.jobs().rows()));
        tables.put("jobsByCluster", rows(state.jobs().byCluster()));
        tables.put("jobsByQueue", rows(state.jobs().byQueue()));
        tables.put("serviceRevisions", rows(state.releases().revisions()));
        tables.put("serviceDeployments", rows(state.releases().deployments()));
        tables.put("daemonTaskDefinitions", rows(state.managed().definitions()));
        tables.put("managedDaemons", rows(state.managed().daemons()));
        tables.put("daemonRevisions", rows(state.managed().revisions()));
        tables.put("daemonDeployments", rows(state.managed().deployments()));
        tables.put("daemonPosts", rows(state.managed().posts()));
        return tables;
    }

    private static <K extends Comparable<? super K>, V> List<Map.Entry<K, V>> rows(
            SortedTable<K, V> table) {
        var rows = new ArrayList<Map.Entry<K, V>>();
        table.forEach((key, value) -> rows.add(Map.entry(key, value)));
        return rows;
    }
}
