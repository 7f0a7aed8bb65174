package io.gantry.control;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.reconcile.Lanes;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Explanation;
import io.gantry.control.core.schedule.Explanation.Verdict;
import io.gantry.control.core.schedule.JobDemand;
import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.transition.Transitions;
import io.gantry.control.log.Replica;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.operator.OperatorRefused;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Why a task runs where it does, or a service's next task would run there or nowhere. The request
 * names it ({@code subject}) and its {@code cluster}; the answer has sentences ({@code lines}), the
 * {@code criteria} that decide, and what is said of each of the {@code workers}.
 */
record Why(Replica replica) implements OperatorCall {

    @Override
    public JsonNode answer(JsonNode request) {
        Subjects subjects = Subjects.of(replica, request);
        String name = request.path("subject").asString("");
        Service service = subjects.service(name);
        if (service != null) {
            return ofService(subjects.state(), service);
        }
        Job job = subjects.job(name);
        if (job != null) {
            return ofJob(subjects.state(), job);
        }
        Task task = subjects.task(name);
        if (task == null) {
            throw OperatorRefused.invalid(
                    "There is no service and no task '%s' in the cluster %s."
                            .formatted(name, subjects.cluster()));
        }
        return ofTask(subjects.state(), task);
    }

    private static JsonNode ofJob(ClusterState state, Job job) {
        List<String> lines = WhyJob.lines(state, job);
        if (!job.isWaiting()) {
            return page(lines, null, null);
        }
        lines.add("This is how the workers stand for it:");
        return page(lines, Explanation.of(state, JobDemand.of(state, job, 1)), null);
    }

    private static JsonNode ofTask(ClusterState state, Task task) {
        var lines = new ArrayList<String>();
        lines.add(
                "Task %s of %s (%s) is %s on %s."
                        .formatted(
                                task.id(),
                                task.group(),
                                task.taskDefinition(),
                                task.last(),
                                task.worker()));
        if (!task.wanted()) {
            lines.add("It is to stop: %s, %s".formatted(task.stopCode(), task.stoppedReason()));
        }
        if (!task.alive()) {
            return page(lines, null, null);
        }
        lines.add(
                "Were it placed now, this is how the workers would stand; they may have been"
                        + " different when it was.");
        ServiceKey key = task.service();
        Service service = key == null ? null : state.services().get(key);
        if (service == null) {
            lines.add(
                    "Constraints and strategies of the request that started it are not kept; those"
                            + " of its definition are looked at.");
        }
        Demand demand =
                demand(
                        state,
                        task.cluster(),
                        task.group(),
                        task.footprint(),
                        task.taskDefinition(),
                        service == null ? task.tags() : service.tags(),
                        lane(service, task));
        lines.addAll(WhyWishes.of(demand));
        return page(lines, Explanation.of(without(state, task), demand), task.worker());
    }

    /** What the task belongs to: its service, or its part of it. */
    private static @Nullable Service lane(@Nullable Service service, Task task) {
        return service == null || !service.byLanes()
                ? service
                : Lanes.find(service, task.deployment());
    }

    /** What the cluster would be if the task had ended. */
    private static ClusterState without(ClusterState state, Task task) {
        ClusterState after =
                Transitions.apply(
                                state,
                                new Command.StopTask(task.id(), "UserInitiated", ""),
                                state.nowMillis())
                        .state();
        var stopped = new Observation(task.id(), Status.STOPPED, null, List.of(), 0, 0, 0);
        return Transitions.apply(
                        after, new Command.ObserveTasks(List.of(stopped)), state.nowMillis())
                .state();
    }

    private static JsonNode ofService(ClusterState state, Service service) {
        List<Service> lanes = Lanes.of(service);
        List<Census> parts = lanes.stream().map(lane -> Census.of(state, lane)).toList();
        var lines = new ArrayList<String>();
        lines.add(
                "Service %s is %s: %d tasks wanted, %d alive, %d healthy, %d missing."
                        .formatted(
                                service.key().name(),
                                service.status(),
                                lanes.stream().mapToInt(Service::desiredCount).sum(),
                                parts.stream().mapToInt(Census::alive).sum(),
                                parts.stream().mapToInt(Census::healthy).sum(),
                                parts.stream().mapToInt(Census::missing).sum()));
        service.deployments()
                .forEach(
                        each ->
                                lines.add(
                                        "Deployment %s of %s is %s: %d running, %d pending."
                                                .formatted(
                                                        each.id(),
                                                        each.taskDefinition(),
                                                        each.rollout(),
                                                        each.running(),
                                                        each.pending())));
        service.events().stream().limit(3).forEach(each -> lines.add("It said: " + each.message()));
        if (!service.active() || lanes.isEmpty()) {
            return page(lines, null, null);
        }
        Service next = lanes.getFirst();
        TaskDefinitionKey definition = next.primary().taskDefinition();
        TaskDefinitionRow row = state.taskDefinitions().get(definition);
        if (row == null) {
            return page(lines, null, null);
        }
        return next(state, service, next, row, lines);
    }

    private static JsonNode next(
            ClusterState state,
            Service service,
            Service lane,
            TaskDefinitionRow row,
            List<String> lines) {
        lines.add("This is how the workers stand for its next task:");
        Demand demand =
                demand(
                        state,
                        service.key().cluster(),
                        Launches.group(service.key()),
                        row.footprint(),
                        row.key(),
                        service.tags(),
                        lane);
        lines.addAll(WhyWishes.of(demand));
        lines.addAll(WhyWishes.of(state, service, Census.of(state, lane)));
        Explanation explanation = Explanation.of(state, demand);
        lines.addAll(WhyWishes.preemption(state, demand, explanation));
        return page(lines, explanation, null);
    }

    private static Demand demand(
            ClusterState state,
            String cluster,
            String group,
            Footprint footprint,
            TaskDefinitionKey definition,
            List<Tag> tags,
            @Nullable Service service) {
        List<PlacementConstraint> added =
                service == null ? List.of() : service.spec().placementConstraints();
        List<PlacementStrategy> strategies =
                service == null ? List.of() : service.spec().placementStrategy();
        TaskDefinitionRow row = state.taskDefinitions().get(definition);
        return new Demand(
                cluster,
                footprint,
                1,
                group,
                row == null ? added : Constraints.all(row.definition(), added),
                strategies,
                Capacity.of(
                        service == null ? Capacity.EC2 : Launches.launchType(service.spec()), null),
                Preference.of(tags, state.clusters().get(cluster)));
    }

    private static JsonNode page(
            List<String> lines, @Nullable Explanation explanation, @Nullable WorkerId chosen) {
        ObjectNode page = JsonMapper.shared().createObjectNode();
        lines.forEach(page.putArray("lines")::add);
        if (explanation == null) {
            return page;
        }
        explanation.criteria().forEach(page.putArray("criteria")::add);
        ArrayNode workers = page.putArray("workers");
        for (Verdict verdict : explanation.verdicts()) {
            ObjectNode row = workers.addObject();
            row.put("id", verdict.worker().id().toString());
            row.put(
                    "zone",
                    verdict.worker().attributes().getOrDefault("ecs.availability-zone", ""));
            row.put("chosen", verdict.worker().id().equals(chosen));
            row.put("rank", verdict.rank());
            verdict.against().forEach(row.putArray("against")::add);
            verdict.rates().forEach(row.putArray("rates")::add);
        }
        return page;
    }
}
