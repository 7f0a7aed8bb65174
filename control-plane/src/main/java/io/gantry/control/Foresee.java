package io.gantry.control;

import io.gantry.common.model.IdSource;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.rehearsal.Rehearsal;
import io.gantry.control.core.rehearsal.Rehearsal.Step;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Family;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import io.gantry.control.log.Replica;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.operator.OperatorRefused;
import java.util.List;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What would happen if a service were updated ({@code action} update-service, with {@code service}
 * and what is to change) or a worker drained (drain, with {@code worker}), in rounds ({@code
 * steps}). Nothing is done.
 */
record Foresee(Replica replica, IdSource ids, RandomGenerator random) implements OperatorCall {
    private static final int MOST_TASKS = 5_000;
    private static final int MOST_PERCENT = 10_000;

    @Override
    public JsonNode answer(JsonNode request) {
        Subjects subjects = Subjects.of(replica, request);
        Command command =
                switch (request.path("action").asString("")) {
                    case "update-service" -> update(subjects, request);
                    case "drain" ->
                            new Command.SetWorkerStatus(
                                    List.of(subjects.worker(request.path("worker").asString(""))),
                                    Worker.Status.DRAINING);
                    default ->
                            throw OperatorRefused.invalid(
                                    "'action' must be update-service or drain.");
                };
        Rehearsal.Result result = Rehearsal.of(subjects.state(), command, ids, random);
        if (result.reply() instanceof Reply.Refused refused) {
            throw OperatorRefused.conflict(refused.message());
        }
        return page(result);
    }

    private Command update(Subjects subjects, JsonNode request) {
        String name = request.path("service").asString("");
        Service service = subjects.service(name);
        if (service == null || !service.active()) {
            throw OperatorRefused.invalid("There is no active service " + name + '.');
        }
        if (service.external()) {
            return rescale(service, request);
        }
        TaskDefinitionKey running = service.primary().taskDefinition();
        String given = request.path("taskDefinition").asString("");
        TaskDefinitionKey wanted = given.isEmpty() ? running : definition(subjects.state(), given);
        boolean deploys =
                !wanted.equals(running) || request.path("forceNewDeployment").asBoolean(false);
        return new Command.UpdateService(
                service.key(),
                service.version(),
                service.spec().toBuilder()
                        .deploymentConfiguration(configuration(service, request))
                        .build(),
                number(request, "desiredCount", service.desiredCount(), MOST_TASKS),
                wanted,
                deploys ? ids.deployment() : 0);
    }

    /** Everything else is a matter of the task sets. */
    private static Command rescale(Service service, JsonNode request) {
        if (!request.path("taskDefinition").asString("").isEmpty()
                || request.path("forceNewDeployment").asBoolean(false)) {
            throw OperatorRefused.invalid(
                    "The service is deployed by task sets: only its desired count can change.");
        }
        return new Command.UpdateService(
                service.key(),
                service.version(),
                service.spec(),
                number(request, "desiredCount", service.desiredCount(), MOST_TASKS),
                null,
                0);
    }

    private static DeploymentConfiguration configuration(Service service, JsonNode request) {
        DeploymentConfiguration before = service.spec().deploymentConfiguration();
        DeploymentConfiguration.Builder after =
                before == null ? DeploymentConfiguration.builder() : before.toBuilder();
        if (request.has("minimumHealthyPercent")) {
            after.minimumHealthyPercent(number(request, "minimumHealthyPercent", 0, MOST_PERCENT));
        }
        if (request.has("maximumPercent")) {
            after.maximumPercent(number(request, "maximumPercent", 0, MOST_PERCENT));
        }
        return after.build();
    }

    private static int number(JsonNode request, String name, int standard, int most) {
        int number = request.path(name).asInt(standard);
        if (number < 0 || number > most) {
            throw OperatorRefused.invalid("'%s' must be between 0 and %d.".formatted(name, most));
        }
        return number;
    }

    private static TaskDefinitionKey definition(ClusterState state, String given) {
        String name = given.substring(given.lastIndexOf('/') + 1);
        int colon = name.lastIndexOf(':');
        Family family = state.families().get(colon < 0 ? name : name.substring(0, colon));
        TaskDefinitionKey key =
                colon >= 0 && name.substring(colon + 1).matches("[0-9]{1,9}")
                        ? TaskDefinitionKey.parse(name)
                        : new TaskDefinitionKey(name, family == null ? 0 : family.latestActive());
        TaskDefinitionRow row = state.taskDefinitions().get(key);
        if (row == null || !row.active()) {
            throw OperatorRefused.invalid("There is no active task definition " + given + '.');
        }
        return key;
    }

    private static JsonNode page(Rehearsal.Result result) {
        ObjectNode page = JsonMapper.shared().createObjectNode();
        page.put("settled", result.settled());
        ArrayNode steps = page.putArray("steps");
        for (Step step : result.steps()) {
            ObjectNode row = steps.addObject();
            row.put("afterSeconds", step.afterMillis() / 1000);
            tasks(row.putArray("started"), step.started());
            tasks(row.putArray("stopped"), step.stopped());
            step.events().forEach(row.putArray("events")::add);
        }
        return page;
    }

    private static void tasks(ArrayNode rows, List<Task> tasks) {
        for (Task task : tasks) {
            rows.addObject()
                    .put("group", task.group())
                    .put("definition", task.taskDefinition().toString())
                    .put("worker", task.worker().toString())
                    .put("task", task.id().toString());
        }
    }
}
