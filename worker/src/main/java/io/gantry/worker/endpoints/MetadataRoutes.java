package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask.Association;
import io.gantry.common.acs.AcsTask.EncodedString;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.endpoints.LocalTasks.Caller;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Task metadata of versions 3 and 4. */
final class MetadataRoutes {
    private final LocalTasks tasks;
    private final ContainerDocument containers;
    private final TaskDocument documents;
    private final ResourceTags tags;
    private final Statistics statistics;

    MetadataRoutes(
            LocalTasks tasks,
            ContainerDocument containers,
            TaskDocument documents,
            ResourceTags tags,
            Statistics statistics) {
        this.tasks = tasks;
        this.containers = containers;
        this.documents = documents;
        this.tags = tags;
        this.statistics = statistics;
    }

    /** Answers a request whose first segment is the version and whose second names a container. */
    Reply answer(Request request) {
        boolean four = request.segment(0).equals("v4");
        Question question = question(request);
        if (question == null) {
            return Reply.notFound();
        }
        Caller caller = tasks.caller(request.segment(1));
        if (caller == null) {
            return unknown(four, question, request.segment(1)).fromStranger();
        }
        return switch (question) {
            case CONTAINER -> Reply.json(200, container(caller, four));
            case TASK -> Reply.json(200, task(caller.task(), four, TaskDocument.Tags.NONE));
            case TASK_WITH_TAGS ->
                    Reply.json(200, task(caller.task(), four, tags.of(caller.task().arn())));
            case STATS -> stats(caller, four);
            case TASK_STATS -> Reply.json(200, taskStats(caller.task(), four));
            case ASSOCIATIONS -> Reply.json(200, associations(caller, request.segment(3)));
            case ASSOCIATION -> association(caller, request.segment(3), request.rest(4));
        };
    }

    /** What is asked for, and how errors call it. */
    private enum Question {
        CONTAINER("container metadata"),
        TASK("task metadata"),
        TASK_WITH_TAGS("task metadata"),
        STATS("container stats"),
        TASK_STATS("task stats"),
        ASSOCIATIONS("container associations"),
        ASSOCIATION("container associations");

        private final String handler;

        Question(String handler) {
            this.handler = handler;
        }
    }

    private static @Nullable Question question(Request request) {
        int segments = request.segments();
        String what = request.segment(2);
        if (what.equals("associations") && segments > 3) {
            return segments == 4 ? Question.ASSOCIATIONS : Question.ASSOCIATION;
        }
        return switch (segments) {
            case 2 -> Question.CONTAINER;
            case 3 ->
                    switch (what) {
                        case "task" -> Question.TASK;
                        case "taskWithTags" -> Question.TASK_WITH_TAGS;
                        case "stats" -> Question.STATS;
                        default -> null;
                    };
            case 4 ->
                    what.equals("task") && request.segment(3).equals("stats")
                            ? Question.TASK_STATS
                            : null;
            default -> null;
        };
    }

    private static Reply unknown(boolean four, Question question, String id) {
        boolean ofTask =
                switch (question) {
                    case CONTAINER, ASSOCIATIONS -> false;
                    case TASK, TASK_WITH_TAGS, STATS, TASK_STATS, ASSOCIATION -> true;
                };
        String container = question == Question.ASSOCIATIONS ? "container id" : "container ID";
        String text =
                "%s %s handler: unable to get %s from request: unable to get %s from v3 endpoint ID: %s"
                        .formatted(
                                four ? "V4" : "V3",
                                question.handler,
                                ofTask ? "task arn" : container,
                                ofTask ? "task Arn" : "docker ID",
                                id);
        boolean association = question == Question.ASSOCIATIONS || question == Question.ASSOCIATION;
        return Reply.message(association ? 400 : four ? 404 : 500, text);
    }

    private ObjectNode container(Caller caller, boolean four) {
        return four
                ? containers.version4(caller.task(), caller.container())
                : containers.version3(caller.task(), caller.container());
    }

    private ObjectNode task(LocalTask task, boolean four, TaskDocument.Tags found) {
        return four ? documents.version4(task, found) : documents.version3(task, found);
    }

    private Reply stats(Caller caller, boolean four) {
        ObjectNode found = statistics.of(caller.task().key(caller.container()));
        return found == null
                ? Reply.message(
                        500,
                        "Unable to get container stats for: "
                                + ContainerDocument.orEmpty(caller.container().runtimeId()))
                : Reply.json(200, inVersion(found, four));
    }

    private static ObjectNode inVersion(ObjectNode found, boolean four) {
        if (!four) {
            found.remove("network_rate_stats");
        }
        return found;
    }

    /** By the engine's ids; an empty object for a container of which nothing is known. */
    private ObjectNode taskStats(LocalTask task, boolean four) {
        Map<String, ObjectNode> found = new ConcurrentHashMap<>();
        List<Thread> readers = new ArrayList<>();
        for (LocalContainer container : task.containers()) {
            String id = container.runtimeId();
            if (id != null) {
                found.put(id, AcsJson.mapper().createObjectNode());
                readers.add(
                        Thread.startVirtualThread(
                                () -> {
                                    ObjectNode one = statistics.of(task.key(container));
                                    if (one != null) {
                                        found.put(id, inVersion(one, four));
                                    }
                                }));
            }
        }
        try {
            for (Thread reader : readers) {
                reader.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        ObjectNode all = AcsJson.mapper().createObjectNode();
        found.forEach(all::set);
        return all;
    }

    private static ObjectNode associations(Caller caller, String type) {
        List<Association> found =
                caller.task().spec().associations().stream()
                        .filter(each -> type.equals(each.type()))
                        .filter(each -> each.containers().contains(caller.container().name()))
                        .toList();
        ObjectNode node = AcsJson.mapper().createObjectNode();
        if (found.isEmpty()) {
            return node.putNull("Associations");
        }
        ArrayNode names = node.putArray("Associations");
        found.forEach(each -> names.add(each.name()));
        return node;
    }

    private static Reply association(Caller caller, String type, String name) {
        for (Association each : caller.task().spec().associations()) {
            if (type.equals(each.type()) && name.equals(each.name())) {
                return new Reply(200, "application/json", decoded(each.content()), false);
            }
        }
        return Reply.message(
                400,
                "Unable to write container association response: association %s of type %s not found"
                        .formatted(name, type));
    }

    private static String decoded(@Nullable EncodedString content) {
        String value = content == null ? null : content.value();
        if (content == null || value == null) {
            return "";
        }
        return "base64".equals(content.encoding())
                ? new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)
                : value;
    }
}
