package io.gantry.worker.docker;

import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.PortRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The engine knows single ports only; those that were mapped as a range are told as one. */
final class PortRanges {

    private PortRanges() {}

    /**
     * Puts ranges in the place of their ports.
     *
     * @param ranges as in {@code 8000-8010/tcp,9000-9001/udp}; null for none
     */
    static List<PortBinding> collected(List<PortBinding> bindings, @Nullable String ranges) {
        if (ranges == null || ranges.isEmpty()) {
            return bindings;
        }
        List<PortBinding> rest = new ArrayList<>(bindings);
        List<PortBinding> collected = new ArrayList<>();
        for (String text : ranges.split(",", -1)) {
            String[] parts = text.split("/", 2);
            collect(rest, PortRange.parse(parts[0]), parts[1], collected);
        }
        rest.addAll(collected);
        return rest;
    }

    private static void collect(
            List<PortBinding> from, PortRange range, String protocol, List<PortBinding> to) {
        Map<String, List<PortBinding>> byAddress = new TreeMap<>();
        for (PortBinding binding : from) {
            if (binding.protocol().equals(protocol) && range.contains(binding.containerPort())) {
                byAddress.computeIfAbsent(binding.bindIP(), _ -> new ArrayList<>()).add(binding);
            }
        }
        byAddress.forEach(
                (address, parts) -> {
                    PortRange host =
                            new PortRange(parts.getFirst().hostPort(), parts.getLast().hostPort());
                    if (parts.size() == range.size() && host.size() == range.size()) {
                        from.removeAll(parts);
                        to.add(PortBinding.range(address, range, host, protocol));
                    }
                });
    }
}
