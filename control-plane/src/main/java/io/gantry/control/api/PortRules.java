package io.gantry.control.api;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.TransportProtocol;

/**
 * Which ports of a container show on its machine.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html">PortMapping</a>
 */
final class PortRules {
    private static final int LARGEST_PORT = 65_535;
    private static final int MOST_RANGES = 100;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_][a-z0-9_-]{0,63}");
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");

    private final Complaints complaints;
    private final @Nullable String networkMode;
    private final Map<Integer, TransportProtocol> single = new HashMap<>();
    private final BitSet inRanges = new BitSet();
    private final Set<String> names = new HashSet<>();
    private int ranges;

    PortRules(Complaints complaints, @Nullable String networkMode) {
        this.complaints = complaints;
        this.networkMode = networkMode;
    }

    /** The mappings with what was left out. */
    List<PortMapping> check(List<PortMapping> mappings) {
        if ("none".equals(networkMode) && !mappings.isEmpty()) {
            throw ApiErrors.client("Port mappings are not supported when networkMode=none.");
        }
        for (PortMapping mapping : mappings) {
            if (mapping.containerPortRange() == null) {
                port(mapping);
            } else {
                range(mapping);
            }
            String name = mapping.name();
            if (name != null && !(NAME.matcher(name).matches() && names.add(name))) {
                throw complaints.wrong(
                        "The name of a port mapping is invalid or not unique: " + name);
            }
        }
        if (single.keySet().stream().anyMatch(inRanges::get)) {
            throw complaints.wrong("A port can only be included in one port mapping.");
        }
        return mappings.stream().map(this::normal).toList();
    }

    private void port(PortMapping mapping) {
        within("containerPort", mapping.containerPort(), 1);
        if (mapping.hostPort() != null) {
            within("hostPort", mapping.hostPort(), 0);
        }
        TransportProtocol before = single.putIfAbsent(mapping.containerPort(), protocol(mapping));
        if (before != null && before != protocol(mapping)) {
            throw complaints.wrong("The same container port cannot be exposed for two protocols.");
        }
    }

    private void within(String member, @Nullable Integer port, int least) {
        if (port == null || port < least || port > LARGEST_PORT) {
            throw complaints.wrong(
                    "'" + member + "' must be between " + least + " and " + LARGEST_PORT + ".");
        }
    }

    private void range(PortMapping mapping) {
        String text = mapping.containerPortRange();
        if (mapping.containerPort() != null || mapping.hostPort() != null) {
            throw complaints.wrong(
                    "'containerPort' and 'hostPort' cannot be given together with"
                            + " 'containerPortRange'.");
        }
        if ("host".equals(networkMode)) {
            throw ApiErrors.client(
                    "The containerPortRange parameter is not supported when networkMode=host.");
        }
        Matcher range = RANGE.matcher(text);
        int first = range.matches() ? Integer.parseInt(range.group(1)) : 0;
        int last = range.matches() ? Integer.parseInt(range.group(2)) : 0;
        if (first < 1 || last > LARGEST_PORT || first >= last) {
            throw complaints.wrong(
                    "'containerPortRange' must be two ports between 1 and 65535, the first less"
                            + " than the last, such as '8000-8010': '"
                            + text
                            + "'.");
        }
        if (++ranges > MOST_RANGES) {
            throw complaints.wrong("There can be at most 100 port ranges.");
        }
        int taken = inRanges.nextSetBit(first);
        if (taken >= 0 && taken <= last) {
            throw complaints.wrong("Port ranges must not overlap: '" + text + "'.");
        }
        inRanges.set(first, last + 1);
    }

    private static TransportProtocol protocol(PortMapping mapping) {
        return mapping.protocol() == TransportProtocol.UDP
                ? TransportProtocol.UDP
                : TransportProtocol.TCP;
    }

    private PortMapping normal(PortMapping mapping) {
        PortMapping.Builder normal = mapping.toBuilder().protocol(protocol(mapping));
        if (mapping.containerPortRange() != null) {
            return normal.build();
        }
        Integer hostPort = mapping.hostPort();
        if ("host".equals(networkMode)) {
            if (hostPort != null && hostPort != 0 && !hostPort.equals(mapping.containerPort())) {
                throw ApiErrors.client(
                        "When networkMode=host, the host ports and container ports in port"
                                + " mappings must match.");
            }
            hostPort = mapping.containerPort();
        }
        return normal.hostPort(hostPort == null ? 0 : hostPort).build();
    }
}
