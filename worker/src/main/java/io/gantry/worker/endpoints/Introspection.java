package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.RuntimeFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What operators on the machine may ask of the worker. */
final class Introspection {
    private static final String VERSION = "Gantry worker - v0.1.0";

    private final LocalTasks tasks;
    private final String cluster;
    private final Supplier<@Nullable String> instanceArn;

    Introspection(LocalTasks tasks, String cluster, Supplier<@Nullable String> instanceArn) {
        this.tasks = tasks;
        this.cluster = cluster;
        this.instanceArn = instanceArn;
    }

    Reply answer(Request request) {
        return switch (request.path()) {
            case "/v1/metadata" -> metadata();
            case "/v1/tasks" -> tasks(request);
            case "/license" -> license();
            default -> commands();
        };
    }

    private static Reply commands() {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.putArray("AvailableCommands").add("/v1/metadata").add("/v1/tasks").add("/license");
        return Reply.text(200, node.toString());
    }

    private Reply metadata() {
        return Reply.json(
                200,
                AcsJson.mapper()
                        .createObjectNode()
                        .put("Cluster", cluster)
                        .put("ContainerInstanceArn", instanceArn.get())
                        .put("Version", VERSION));
    }

    private Reply tasks(Request request) {
        String arn = request.parameters().get("taskarn");
        String id = request.parameters().get("dockerid");
        if (arn != null && id != null) {
            return Reply.text(400, "ask for a taskarn or for a dockerid, not for both");
        }
        if (arn != null) {
            return one(task -> task.arn().equals(arn));
        }
        if (id != null) {
            // Short ids are as good as long ones, as with the engine.
            return one(task -> task.containers().stream().anyMatch(one -> isCalled(one, id)));
        }
        ObjectNode node = AcsJson.mapper().createObjectNode();
        ArrayNode all = node.putArray("Tasks");
        tasks.all().forEach(task -> all.add(document(task)));
        return Reply.json(200, node);
    }

    private static boolean isCalled(LocalContainer container, String id) {
        String full = container.runtimeId();
        return full != null && !id.isEmpty() && full.startsWith(id);
    }

    private Reply one(Predicate<LocalTask> wanted) {
        for (LocalTask task : tasks.all()) {
            if (wanted.test(task)) {
                return Reply.json(200, document(task));
            }
        }
        return Reply.json(
                404,
                AcsJson.mapper()
                        .createObjectNode()
                        .put("Arn", "")
                        .put("KnownStatus", "")
                        .put("Family", "")
                        .put("Version", "")
                        .putNull("Containers"));
    }

    private static ObjectNode document(LocalTask task) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.put("Arn", task.arn());
        node.put("DesiredStatus", task.stopWanted() ? AcsTask.STOPPED : AcsTask.RUNNING);
        node.put("KnownStatus", TaskDocument.status(task));
        node.put("Family", ContainerDocument.orEmpty(task.spec().family()));
        node.put("Version", ContainerDocument.orEmpty(task.spec().version()));
        ArrayNode containers = node.putArray("Containers");
        for (LocalContainer container : task.containers()) {
            ObjectNode one = containers.addObject();
            RuntimeFacts facts = container.facts();
            one.put("DockerId", ContainerDocument.orEmpty(container.runtimeId()));
            one.put(
                    "DockerName",
                    facts == null ? "" : ContainerDocument.orEmpty(facts.runtimeName()));
            one.put("Name", container.name());
            one.put("Image", container.spec().image());
            one.put("ImageID", facts == null ? "" : ContainerDocument.orEmpty(facts.imageId()));
            ContainerDocument.times(one, facts);
            ContainerDocument.ports(one, facts, false);
            ContainerDocument.volumes(one, facts);
        }
        return node;
    }

    private static Reply license() {
        try (InputStream text = Introspection.class.getResourceAsStream("/META-INF/LICENSE")) {
            return text == null
                    ? Reply.text(500, "")
                    : Reply.text(200, new String(text.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            return Reply.text(500, "");
        }
    }
}
