package io.gantry.worker.docker;

import com.github.dockerjava.api.model.Statistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The engine's statistics with all that it wrote, also what the library has no members for. */
final class RawStatistics {
    /** The engine's own order; the library forgets it. */
    private static final List<String> ORDER =
            List.of(
                    "read",
                    "preread",
                    "pids_stats",
                    "blkio_stats",
                    "num_procs",
                    "storage_stats",
                    "cpu_stats",
                    "precpu_stats",
                    "memory_stats",
                    "name",
                    "id",
                    "networks");

    private RawStatistics() {}

    static String json(Statistics statistics) {
        Map<String, Object> raw = statistics.getRawValues();
        Map<String, Object> ordered = new LinkedHashMap<>();
        for (String name : ORDER) {
            if (raw.containsKey(name)) {
                ordered.put(name, raw.get(name));
            }
        }
        raw.forEach(ordered::putIfAbsent);
        return JsonMapper.shared().writeValueAsString(ordered);
    }
}
