package io.gantry.control.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.schedule.Explanation.Verdict;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;

class ExplanationTest {
    private final Lab lab = new Lab(3);

    private static Verdict of(Explanation explanation, WorkerId worker) {
        return explanation.verdicts().stream()
                .filter(each -> each.worker().id().equals(worker))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyReasonIsNamedWithItsNumbers() {
        var footprint =
                new Footprint(
                        new Resources(512, 300),
                        List.of(HostPort.tcp(22)),
                        List.of("ecs.capability.x"));
        WorkerId small = lab.worker(100, 4096, Map.of("ecs.capability.x", "", "disk", "hdd"));
        WorkerId draining = lab.worker(4096, 4096, Map.of("ecs.capability.x", ""));
        lab.apply(new Command.SetWorkerStatus(List.of(draining), Worker.Status.DRAINING));
        var constraint =
                PlacementConstraint.builder()
                        .type("memberOf")
                        .expression("attribute:disk == ssd")
                        .build();
        var explanation =
                Explanation.of(
                        lab.state(),
                        new Demand(Lab.CLUSTER, footprint, 1, "g", List.of(constraint), List.of()));
        assertThat(of(explanation, small).against())
                .containsExactly(
                        "is not a member of \"attribute:disk == ssd\"",
                        "has the ports 22/tcp taken");
        assertThat(of(explanation, draining).against()).first().isEqualTo("is DRAINING");
        assertThat(explanation.verdicts()).extracting(Verdict::rank).containsExactly(0, 0);
        assertThat(explanation.verdicts().getFirst().worker().id()).isEqualTo(small);
    }

    @Test
    void workersStandInTheOrderInWhichTheyWouldBeChosen() {
        WorkerId a = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "a"));
        WorkerId b = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "b"));
        WorkerId b2 = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "b"));
        WorkerId none = lab.worker(4096, 4096, Map.of());
        var app = lab.definition("app", Lab.SMALL);
        lab.apply(lab.run(app, a, null));
        var explanation =
                Explanation.of(
                        lab.state(),
                        new Demand(Lab.CLUSTER, Lab.SMALL, 1, "family:app", List.of(), List.of()));
        assertThat(explanation.criteria())
                .containsExactly("spread(attribute:ecs.availability-zone)", "spread(instanceId)");
        assertThat(of(explanation, b).rank()).isEqualTo(1);
        assertThat(of(explanation, b2).rank()).isEqualTo(1);
        assertThat(of(explanation, a).rank()).isEqualTo(3);
        assertThat(of(explanation, a).rates()).containsExactly("1 in a", "1 here");
        assertThat(of(explanation, none).rank()).isEqualTo(4);
        assertThat(of(explanation, none).rates())
                .containsExactly("0 without it, used last", "0 here");
    }
}
