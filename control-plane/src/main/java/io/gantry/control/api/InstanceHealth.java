package io.gantry.control.api;

import io.gantry.control.core.state.Worker;
import io.gantry.control.live.LiveStore;
import io.gantry.control.live.LiveStore.MachineHealth;
import io.gantry.control.live.LiveStore.PartHealth;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceHealthStatus;
import software.amazon.awssdk.services.ecs.model.InstanceHealthCheckResult;
import software.amazon.awssdk.services.ecs.model.InstanceHealthCheckState;

/**
 * How container instances feel: what their agents have told lately, and whether they are there to
 * tell.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-health.html">Monitor
 *     container instance health</a>
 */
final class InstanceHealth {
    /** Agents tell at least once a minute; what is older says nothing. */
    private static final long FRESH_MILLIS = 150_000;

    private static final String RUNTIME = "CONTAINER_RUNTIME";
    private static final String CONNECTIVITY = "AGENT_CONNECTIVITY";

    /** The most severe status of a part is that of the whole. */
    private static final List<InstanceHealthCheckState> BY_SEVERITY =
            List.of(
                    InstanceHealthCheckState.IMPAIRED,
                    InstanceHealthCheckState.INSUFFICIENT_DATA,
                    InstanceHealthCheckState.INITIALIZING);

    private final LiveStore live;
    private final long nowMillis;

    InstanceHealth(LiveStore live, long nowMillis) {
        this.live = live;
        this.nowMillis = nowMillis;
    }

    ContainerInstanceHealthStatus of(Worker worker) {
        var details = new ArrayList<>(parts(worker));
        details.add(connectivity(worker));
        InstanceHealthCheckState overall =
                BY_SEVERITY.stream()
                        .filter(state -> details.stream().anyMatch(each -> each.status() == state))
                        .findFirst()
                        .orElse(InstanceHealthCheckState.OK);
        return ContainerInstanceHealthStatus.builder()
                .overallStatus(overall)
                .details(details)
                .build();
    }

    private List<InstanceHealthCheckResult> parts(Worker worker) {
        MachineHealth told = live.health(worker.id());
        if (told == null || told.parts().isEmpty()) {
            boolean young =
                    worker.connected() && nowMillis - worker.connectedAtMillis() < FRESH_MILLIS;
            return List.of(
                    InstanceHealthCheckResult.builder()
                            .type(RUNTIME)
                            .status(young ? "INITIALIZING" : "INSUFFICIENT_DATA")
                            .build());
        }
        boolean fresh = nowMillis - told.atMillis() < FRESH_MILLIS;
        return told.parts().stream().map(part -> part(part, fresh)).toList();
    }

    private static InstanceHealthCheckResult part(PartHealth part, boolean fresh) {
        return InstanceHealthCheckResult.builder()
                .type(part.type())
                .status(fresh ? part.status() : "INSUFFICIENT_DATA")
                .statusReason(part.reason())
                .lastUpdated(Views.time(part.updatedAtMillis()))
                .lastStatusChange(Views.time(part.changedAtMillis()))
                .build();
    }

    /** ECS knows of this one by itself. */
    private InstanceHealthCheckResult connectivity(Worker worker) {
        var result = InstanceHealthCheckResult.builder().type(CONNECTIVITY);
        if (worker.connected()) {
            return result.status(InstanceHealthCheckState.OK)
                    .lastUpdated(Views.time(nowMillis))
                    .lastStatusChange(Views.time(worker.connectedAtMillis()))
                    .build();
        }
        if (worker.disconnectedAtMillis() == 0) {
            return result.status(InstanceHealthCheckState.INITIALIZING)
                    .statusReason("The agent has not connected yet.")
                    .lastUpdated(Views.time(nowMillis))
                    .lastStatusChange(Views.time(worker.registeredAtMillis()))
                    .build();
        }
        return result.status(InstanceHealthCheckState.IMPAIRED)
                .statusReason(
                        worker.lost()
                                ? "The agent is disconnected and counts as lost."
                                : "The agent is disconnected.")
                .lastUpdated(Views.time(nowMillis))
                .lastStatusChange(Views.time(worker.disconnectedAtMillis()))
                .build();
    }
}
