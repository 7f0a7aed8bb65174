package io.gantry.control.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/** The tag {@code gantry:avoid}. */
class AvoidTest {
    private final Lab lab = new Lab(3);
    private final WorkerId beside = lab.worker(4096, 512, Map.of());
    private final WorkerId away = lab.worker(4096, 256, Map.of());

    private void occupy() {
        TaskDefinitionKey batch = lab.definition("batch", Lab.SMALL);
        lab.apply(lab.run(batch, beside, null));
    }

    private static Demand demand(int count, String... avoid) {
        return new Demand(
                Lab.CLUSTER,
                Lab.SMALL,
                count,
                "g",
                List.of(),
                List.of(PlacementStrategy.builder().type("spread").field("instanceId").build()),
                Capacity.of(Capacity.EC2, null),
                new Preference(50, List.of(avoid), List.of()));
    }

    @Test
    void machinesWithSuchTasksComeLastButAreUsed() {
        occupy();
        Plan plan = Planner.plan(lab.state(), demand(4, "family:batch"), lab.random);
        assertThat(plan.places()).containsExactly(away, away, beside, beside);
    }

    @Test
    void theirOwnGroupCanBeAvoidedToo() {
        Plan plan = Planner.plan(lab.state(), demand(2, "g"), lab.random);
        assertThat(plan.places()).containsExactlyInAnyOrder(away, beside);
    }

    @Test
    void whyTellsWhoIsThere() {
        occupy();
        Explanation explanation =
                Explanation.of(lab.state(), demand(1, "service:web", "family:batch"));
        assertThat(explanation.criteria())
                .containsExactly("avoid(service:web,family:batch)", "spread(instanceId)");
        assertThat(explanation.verdicts().getFirst().worker().id()).isEqualTo(away);
        assertThat(explanation.verdicts().getFirst().rates())
                .containsExactly("none here", "0 here");
        assertThat(explanation.verdicts().getLast().rates())
                .containsExactly("beside family:batch", "0 here");
    }
}
