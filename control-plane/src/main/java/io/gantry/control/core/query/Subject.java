package io.gantry.control.core.query;

import io.gantry.control.core.state.Worker;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What of a machine is looked at.
 *
 * @param name of the attribute, else empty
 */
record Subject(Kind kind, String name) {
    private static final String ATTRIBUTE = "attribute:";

    /**
     * The subjects of ECS. Machines need not be of EC2, so {@code ec2InstanceId} is the id by which
     * a container instance is known here: the last part of its ARN.
     */
    enum Kind {
        AGENT_CONNECTED("agentConnected", true, false, false),
        AGENT_VERSION("agentVersion", false, true, true),
        ATTRIBUTE_VALUE(ATTRIBUTE + "NAME", true, true, true),
        EC2_INSTANCE_ID("ec2InstanceId", true, false, false),
        REGISTERED_AT("registeredAt", false, true, false),
        RUNNING_TASKS_COUNT("runningTasksCount", false, true, false),
        TASK_GROUP("task:group", true, false, true);

        private final String word;
        private final boolean text;
        private final boolean ordered;
        private final boolean absent;

        /** Whether it can be looked up and matched, is less or more, and may not be there. */
        Kind(String word, boolean text, boolean ordered, boolean absent) {
            this.word = word;
            this.text = text;
            this.ordered = ordered;
            this.absent = absent;
        }

        boolean allows(Operator operator) {
            return switch (operator) {
                case EQUALS, NOT_EQUALS -> true;
                case IN, NOT_IN, MATCHES, NOT_MATCHES -> text;
                case GREATER, GREATER_EQUAL, LESS, LESS_EQUAL -> ordered;
                case EXISTS, NOT_EXISTS -> absent;
            };
        }

        String allowed() {
            return Arrays.stream(Operator.values())
                    .filter(this::allows)
                    .map(Operator::symbol)
                    .collect(Collectors.joining(", "));
        }
    }

    /** The subject that is written so; null if there is none. */
    static @Nullable Subject of(String text) {
        if (text.startsWith(ATTRIBUTE)) {
            String name = text.substring(ATTRIBUTE.length());
            return name.isEmpty() ? null : new Subject(Kind.ATTRIBUTE_VALUE, name);
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.word.equals(text) && kind != Kind.ATTRIBUTE_VALUE)
                .map(kind -> new Subject(kind, ""))
                .findFirst()
                .orElse(null);
    }

    static String all() {
        return Arrays.stream(Kind.values())
                .map(kind -> kind.word)
                .collect(Collectors.joining(", "));
    }

    String text() {
        return kind == Kind.ATTRIBUTE_VALUE ? ATTRIBUTE + name : kind.word;
    }

    /** What a machine has there: nothing, one value, or several groups of tasks. */
    Collection<String> values(Worker worker) {
        return switch (kind) {
            case AGENT_CONNECTED -> List.of(String.valueOf(worker.connected()));
            case AGENT_VERSION -> {
                var agent = worker.agent();
                yield one(agent == null ? null : agent.version());
            }
            case ATTRIBUTE_VALUE -> one(worker.attributes().get(name));
            case EC2_INSTANCE_ID -> List.of(worker.id().toString());
            case REGISTERED_AT -> List.of(Long.toString(worker.registeredAtMillis()));
            case RUNNING_TASKS_COUNT -> List.of(Integer.toString(worker.groups().running()));
            case TASK_GROUP -> worker.groups().wanted().keySet();
        };
    }

    private static List<String> one(@Nullable String value) {
        return value == null ? List.of() : List.of(value);
    }
}
