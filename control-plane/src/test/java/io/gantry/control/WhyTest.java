package io.gantry.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.log.Replica;
import io.gantry.control.operator.OperatorRefused;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class WhyTest {
    private final Lab lab = new Lab(7);
    private final TaskDefinitionKey app = lab.definition("app", Lab.SMALL);

    private static ObjectNode ask() {
        return JsonNodeFactory.instance.objectNode().put("cluster", Lab.CLUSTER);
    }

    private JsonNode why(String subject) {
        return new Why(new Copy(lab)).answer(ask().put("subject", subject));
    }

    private JsonNode foresee(ObjectNode request) {
        return new Foresee(new Copy(lab), lab.ids, new Random(1)).answer(request);
    }

    @Test
    void aTaskIsExplainedAsIfItWerePlacedNow() {
        WorkerId here = lab.worker(256, 4096, Map.of());
        lab.worker(100, 4096, Map.of());
        var task = lab.started(lab.apply(lab.run(app, here, null)));
        JsonNode answer = why(task.toString().substring(0, 20));
        assertThat(answer.path("lines").get(0).asString()).contains(here.toString());
        assertThat(answer.path("workers")).hasSize(2);
        JsonNode chosen = answer.path("workers").get(0);
        assertThat(chosen.path("chosen").asBoolean()).isTrue();
        assertThat(chosen.path("rank").asInt()).isEqualTo(1);
        assertThat(answer.path("workers").get(1).path("against").get(0).asString())
                .isEqualTo("has 100 CPU units free, 256 are needed");
    }

    @Test
    void aServiceIsExplainedByItsNextTask() {
        lab.worker(100, 4096, Map.of());
        lab.createService(app, 1, 100, 200);
        JsonNode answer = why("web");
        assertThat(answer.path("lines").get(0).asString()).contains("1 missing");
        assertThat(answer.path("workers").get(0).path("rank").asInt()).isZero();
        assertThatThrownBy(() -> why("none")).isInstanceOf(OperatorRefused.class);
    }

    @Test
    void aServiceOfTaskSetsIsExplainedBySets() {
        lab.worker(4096, 4096, Map.of());
        var spec =
                software.amazon.awssdk.services.ecs.model.Service.builder()
                        .deploymentController(d -> d.type("EXTERNAL"))
                        .build();
        lab.apply(new Command.CreateService(Lab.WEB, spec, 4, List.of(), null, 0, null, ""));
        assertThat(why("web").path("lines").get(0).asString()).contains("0 tasks wanted");
        var set =
                software.amazon.awssdk.services.ecs.model.TaskSet.builder()
                        .launchType("EC2")
                        .scale(TaskSet.percent(50))
                        .build();
        lab.apply(
                new Command.CreateTaskSet(
                        Lab.WEB, lab.ids.deployment(), app, set, List.of(), null, ""));
        JsonNode answer = why("web");
        assertThat(answer.path("lines").get(0).asString()).contains("2 tasks wanted", "2 missing");
        assertThat(answer.path("workers").get(0).path("rank").asInt()).isEqualTo(1);
        JsonNode update =
                foresee(
                        ask().put("action", "update-service")
                                .put("service", "web")
                                .put("desiredCount", 6));
        assertThat(update.path("steps").get(0).path("started")).hasSize(3);
        assertThatThrownBy(
                        () ->
                                foresee(
                                        ask().put("action", "update-service")
                                                .put("service", "web")
                                                .put("forceNewDeployment", true)))
                .isInstanceOf(OperatorRefused.class);
    }

    @Test
    void whatTagsOfOursDecideIsTold() {
        WorkerId worker = lab.worker(256, 4096, Map.of());
        lab.apply(lab.run(app, worker, null));
        lab.createService(
                app,
                1,
                spec -> {},
                Lab.WEB,
                Map.of(
                        "gantry:priority", "70",
                        "gantry:avoid", "family:batch",
                        "gantry:max-parallel", "1"));
        JsonNode lines = why("web").path("lines");
        assertThat(lines.valueStream().map(JsonNode::asString))
                .contains(
                        "Its priority is 70 (gantry:priority).",
                        "Machines with tasks of family:batch come last (gantry:avoid).",
                        "Its deployment has at most 1 tasks that are not healthy yet; 1 more may"
                                + " start now (gantry:max-parallel).")
                .anyMatch(line -> line.startsWith("It may have the room of 1 less important"));
    }

    @Test
    void updatesAndDrainsAreForeseen() {
        WorkerId worker = lab.worker(4096, 4096, Map.of());
        lab.createService(app, 0, 100, 200);
        JsonNode update =
                foresee(
                        ask().put("action", "update-service")
                                .put("service", "web")
                                .put("desiredCount", 2));
        assertThat(update.path("settled").asBoolean()).isTrue();
        assertThat(update.path("steps").get(0).path("started")).hasSize(2);
        assertThat(update.path("steps").get(0).path("started").get(0).path("worker").asString())
                .isEqualTo(worker.toString());
        JsonNode drain = foresee(ask().put("action", "drain").put("worker", worker.toString()));
        assertThat(drain.path("steps")).isEmpty();
        assertThatThrownBy(() -> foresee(ask().put("action", "dance")))
                .isInstanceOf(OperatorRefused.class);
        assertThatThrownBy(
                        () ->
                                foresee(
                                        ask().put("action", "update-service")
                                                .put("service", "web")
                                                .put("taskDefinition", "none:7")))
                .isInstanceOf(OperatorRefused.class)
                .hasMessageContaining("no active task definition");
    }

    /** A node whose copy is that of a lab. */
    private record Copy(Lab lab) implements Replica {
        @Override
        public ClusterState state() {
            return lab.state();
        }

        @Override
        public long appliedIndex() {
            return 0;
        }

        @Override
        public CompletableFuture<Void> await(long index) {
            return catchUp();
        }

        @Override
        public CompletableFuture<Void> catchUp() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void addListener(Listener listener) {}

        @Override
        public Role role() {
            return new Role(1, "n1", true);
        }

        @Override
        public void addRoleListener(Consumer<Role> listener) {}
    }
}
