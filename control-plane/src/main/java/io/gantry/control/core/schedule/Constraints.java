package io.gantry.control.core.schedule;

import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.query.Query;
import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * Which machines users want tasks on, and which they do not. They are looked at when a task is
 * placed, not again while it runs.
 *
 * @param distinctInstance no two tasks of a group on one machine; as in ECS, one that is about to
 *     stop does not count
 * @param memberOf a machine has to meet all of these
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html">Task
 *     placement constraints</a>
 */
public record Constraints(boolean distinctInstance, List<Query> memberOf) {
    private static final String DISTINCT = "distinctInstance";
    private static final String MEMBER = "memberOf";

    public Constraints {
        memberOf = List.copyOf(memberOf);
    }

    /** Those that were checked when they were given. */
    public static Constraints of(List<PlacementConstraint> constraints) {
        return of(isDistinct(constraints), expressions(constraints));
    }

    /** Those of tasks that are about to be started. */
    public static Constraints of(Launch launch) {
        return of(launch.distinctInstance(), launch.memberOf());
    }

    private static Constraints of(boolean distinct, List<String> expressions) {
        return new Constraints(distinct, expressions.stream().map(Query::parse).toList());
    }

    /** What a definition asks of machines, and what whoever starts its tasks adds. */
    public static List<PlacementConstraint> all(
            TaskDefinition definition, List<PlacementConstraint> added) {
        Stream<PlacementConstraint> own =
                definition.placementConstraints().stream()
                        .map(
                                each ->
                                        PlacementConstraint.builder()
                                                .type(each.typeAsString())
                                                .expression(each.expression())
                                                .build());
        return Stream.concat(own, added.stream()).toList();
    }

    public static boolean isDistinct(List<PlacementConstraint> constraints) {
        return constraints.stream().anyMatch(each -> DISTINCT.equals(each.typeAsString()));
    }

    /** The queries among them. */
    public static List<String> expressions(List<PlacementConstraint> constraints) {
        return constraints.stream()
                .filter(each -> MEMBER.equals(each.typeAsString()))
                .flatMap(each -> Stream.ofNullable(each.expression()))
                .toList();
    }

    /** Whether a machine is a member of all that its tasks have to be on. */
    public boolean meets(Worker worker) {
        for (Query query : memberOf) {
            if (!query.matches(worker)) {
                return false;
            }
        }
        return true;
    }

    /** Why a task of a group may not go to a machine; null if it may. */
    public @Nullable Reason refusal(Worker worker, String group) {
        if (!meets(worker)) {
            return Reason.CONSTRAINT;
        }
        return distinctInstance && worker.groups().of(group) > 0 ? Reason.DISTINCT_INSTANCE : null;
    }
}
