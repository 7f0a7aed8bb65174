package io.gantry.control.api;

import io.gantry.control.core.query.Query;
import io.gantry.control.core.query.QueryException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionPlacementConstraint;

/** What requests may say about where tasks go. */
final class Placement {
    /** Launch types that machines of this installation serve. */
    private static final Set<String> LAUNCH_TYPES = Set.of("EC2", "FARGATE", "EXTERNAL");

    private static final String DEFAULT_LAUNCH_TYPE = "EC2";
    private static final int MOST_STRATEGIES = 5;
    private static final int MOST_CONSTRAINTS = 10;

    private Placement() {}

    /** The launch type to use; RunTask and the services disagree on the class of the error. */
    static String launchType(@Nullable String given, Function<String, EcsException> error) {
        if (given == null) {
            return DEFAULT_LAUNCH_TYPE;
        }
        if (given.equals("MANAGED_INSTANCES")) {
            throw Members.unsupported("launchType", given, error);
        }
        if (!LAUNCH_TYPES.contains(given)) {
            throw error.apply("launch type should be one of [EC2,FARGATE,EXTERNAL]");
        }
        return given;
    }

    /** What a request says of the machines of its tasks. */
    static void checkConstraints(List<PlacementConstraint> constraints) {
        checkCount(constraints.size());
        for (PlacementConstraint constraint : constraints) {
            String type = constraint.typeAsString();
            String expression = constraint.expression();
            if ("memberOf".equals(type)) {
                checkExpression("placementConstraints", expression, ApiErrors::invalid);
            } else if (!"distinctInstance".equals(type)) {
                throw ApiErrors.invalid("constraint.type '" + type + "' is not supported.");
            } else if (expression != null && !expression.isEmpty()) {
                throw ApiErrors.invalid(
                        "placementConstraints of type distinctInstance take no expression.");
            }
        }
    }

    /** What a definition says of the machines of its tasks: only which ones, as in ECS. */
    static void checkOwn(List<TaskDefinitionPlacementConstraint> constraints) {
        if (constraints.size() > MOST_CONSTRAINTS) {
            throw ApiErrors.client("There can be at most 10 placement constraints.");
        }
        for (TaskDefinitionPlacementConstraint constraint : constraints) {
            String type = constraint.typeAsString();
            if (!"memberOf".equals(type)) {
                throw ApiErrors.client("constraint.type '" + type + "' is not supported.");
            }
            checkExpression("placementConstraints", constraint.expression(), ApiErrors::client);
        }
    }

    /** A task has those of its definition and those of its request. */
    static void checkTogether(TaskDefinition definition, List<PlacementConstraint> constraints) {
        checkCount(definition.placementConstraints().size() + constraints.size());
    }

    private static void checkCount(int constraints) {
        if (constraints > MOST_CONSTRAINTS) {
            throw ApiErrors.invalid("There can be at most 10 placement constraints.");
        }
    }

    /** A sentence of the cluster query language. */
    static Query checkExpression(
            String member, @Nullable String expression, Function<String, EcsException> error) {
        if (expression == null || expression.isBlank()) {
            throw error.apply("The expression of '" + member + "' can not be blank.");
        }
        try {
            return Query.parse(expression);
        } catch (QueryException wrong) {
            throw error.apply("Invalid expression in '" + member + "': " + wrong.getMessage());
        }
    }

    static void checkStrategies(List<PlacementStrategy> strategies) {
        if (strategies.size() > MOST_STRATEGIES) {
            throw ApiErrors.invalid("There can be at most 5 placement strategies.");
        }
        for (PlacementStrategy strategy : strategies) {
            String type = strategy.typeAsString();
            String field = strategy.field() == null ? "" : strategy.field();
            boolean valid =
                    type != null
                            && switch (type) {
                                case "random" -> field.isEmpty();
                                case "spread" -> isSpread(field);
                                case "binpack" -> isBinpack(field);
                                default -> false;
                            };
            if (!valid) {
                throw ApiErrors.invalid(
                        "Invalid placement strategy: type '" + type + "', field '" + field + "'.");
            }
        }
    }

    private static boolean isSpread(String field) {
        return field.equals("instanceId")
                || field.equals("host")
                || (field.startsWith("attribute:") && field.length() > "attribute:".length());
    }

    private static boolean isBinpack(String field) {
        String resource = field.toLowerCase(Locale.ROOT);
        return resource.equals("cpu") || resource.equals("memory");
    }
}
