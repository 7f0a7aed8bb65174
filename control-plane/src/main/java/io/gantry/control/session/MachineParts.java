package io.gantry.control.session;

import io.gantry.common.acs.TcsMessage.InstanceStatus;
import io.gantry.control.live.LiveStore.MachineHealth;
import io.gantry.control.live.LiveStore.PartHealth;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What agents tell of the parts of their machines, in the words of the API. */
final class MachineParts {

    private MachineParts() {}

    static MachineHealth health(List<InstanceStatus> told, long nowMillis) {
        return new MachineHealth(told.stream().map(MachineParts::part).toList(), nowMillis);
    }

    private static PartHealth part(InstanceStatus told) {
        return new PartHealth(
                type(told.type()),
                status(told.status()),
                told.statusReason(),
                millis(told.lastUpdated()),
                millis(told.lastStatusChange()));
    }

    /** Agents write ContainerRuntime where the API has CONTAINER_RUNTIME. */
    private static String type(@Nullable String told) {
        return told == null
                ? "UNKNOWN"
                : told.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    private static String status(@Nullable String told) {
        return switch (told) {
            case "OK", "IMPAIRED", "INITIALIZING" -> told;
            case null, default -> "INSUFFICIENT_DATA";
        };
    }

    private static long millis(@Nullable Double seconds) {
        return seconds == null ? 0 : Math.round(seconds * 1_000);
    }
}
