package io.gantry.control.api;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.HostPort.Protocol;
import io.gantry.common.model.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.PlatformDevice;
import software.amazon.awssdk.services.ecs.model.PlatformDeviceType;
import software.amazon.awssdk.services.ecs.model.RegisterContainerInstanceRequest;
import software.amazon.awssdk.services.ecs.model.Resource;

/**
 * What an agent says of its machine. Resources that no task can ask for yet are left out; identity
 * documents of EC2 are not looked at, as machines may be anywhere.
 *
 * @param attributes by name, with the empty string for those without value
 * @param gpus ids of its GPUs, in the order in which it names them
 */
record Registration(
        Map<String, String> attributes,
        Resources resources,
        List<HostPort> reservedPorts,
        List<String> gpus) {
    private static final int LONGEST_ATTRIBUTE = 128;
    private static final int LARGEST_PORT = 65_535;

    static Registration of(RegisterContainerInstanceRequest request) {
        var attributes = new TreeMap<String, String>();
        for (Attribute attribute : request.attributes()) {
            attributes.put(name(attribute), value(attribute));
        }
        int cpu = amount(request, "CPU");
        int memory = amount(request, "MEMORY");
        var ports = new ArrayList<HostPort>();
        ports(request, "PORTS", Protocol.TCP, ports);
        ports(request, "PORTS_UDP", Protocol.UDP, ports);
        return new Registration(
                attributes, new Resources(cpu, memory), ports, gpus(request.platformDevices()));
    }

    private static String name(Attribute attribute) {
        String name = attribute.name();
        if (name == null || name.isBlank() || name.length() > LONGEST_ATTRIBUTE) {
            throw ApiErrors.invalid("Attribute names must have between 1 and 128 characters.");
        }
        return name;
    }

    private static String value(Attribute attribute) {
        String value = attribute.value() == null ? "" : attribute.value();
        if (value.length() > LONGEST_ATTRIBUTE) {
            throw ApiErrors.invalid(
                    "The value of attribute '"
                            + attribute.name()
                            + "' has more than 128 characters.");
        }
        return value;
    }

    private static @Nullable Resource resource(
            RegisterContainerInstanceRequest request, String name) {
        return request.totalResources().stream()
                .filter(each -> name.equals(each.name()))
                .findFirst()
                .orElse(null);
    }

    private static int amount(RegisterContainerInstanceRequest request, String name) {
        Resource resource = resource(request, name);
        Integer value = resource == null ? null : resource.integerValue();
        if (value == null || value < 0) {
            throw ApiErrors.client(
                    "totalResources must have an integerValue of "
                            + name
                            + " that is not negative.");
        }
        return value;
    }

    private static void ports(
            RegisterContainerInstanceRequest request,
            String name,
            Protocol protocol,
            List<HostPort> ports) {
        Resource resource = resource(request, name);
        if (resource == null) {
            return;
        }
        for (String text : resource.stringSetValue()) {
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > LARGEST_PORT) {
                throw ApiErrors.client("Invalid port in " + name + ": '" + text + "'.");
            }
            ports.add(new HostPort(Integer.parseInt(text), protocol));
        }
    }

    private static List<String> gpus(List<PlatformDevice> devices) {
        var ids = new ArrayList<String>();
        for (PlatformDevice device : devices) {
            if (device.type() != PlatformDeviceType.GPU) {
                throw Members.unsupported(
                        "platformDevices.type",
                        String.valueOf(device.typeAsString()),
                        ApiErrors::client);
            }
            if (device.id() == null || device.id().isBlank()) {
                throw ApiErrors.client("Each of platformDevices must have an id.");
            }
            if (ids.contains(device.id())) {
                throw ApiErrors.client(
                        "platformDevices has the id '" + device.id() + "' more than once.");
            }
            ids.add(device.id());
        }
        return ids;
    }
}
