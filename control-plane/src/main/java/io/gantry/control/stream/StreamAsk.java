package io.gantry.control.stream;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants to see or to have executed.
 *
 * @param cluster a name or an ARN
 * @param task an ARN, an id, or the beginning of one
 * @param container null for the one that is meant if nobody says which
 * @param command empty for logs
 * @param columns of the terminal; 0 if that is not known
 * @param rows of the terminal; 0 if that is not known
 * @param tail how many of the latest lines; null for all
 * @param sinceSeconds of the epoch; null for all
 */
record StreamAsk(
        Kind kind,
        String cluster,
        String task,
        @Nullable String container,
        List<String> command,
        boolean tty,
        int columns,
        int rows,
        boolean follow,
        @Nullable Integer tail,
        @Nullable Long sinceSeconds,
        boolean timestamps) {

    StreamAsk {
        command = List.copyOf(command);
    }

    enum Kind {
        LOGS,
        EXEC;

        private Set<String> parameters() {
            return switch (this) {
                case LOGS ->
                        Set.of(
                                "cluster",
                                "task",
                                "container",
                                "follow",
                                "tail",
                                "since",
                                "timestamps");
                case EXEC ->
                        Set.of("cluster", "task", "container", "command", "tty", "columns", "rows");
            };
        }
    }

    /** Reads the parameters of an upgrade; what is unknown or malformed is refused by name. */
    static StreamAsk of(Kind kind, Map<String, List<String>> parameters) {
        var reader = new Reader(parameters);
        for (String name : parameters.keySet()) {
            if (!kind.parameters().contains(name)) {
                throw StreamRefused.badRequest("Unknown parameter: " + name);
            }
        }
        String cluster = reader.text("cluster");
        String task = reader.text("task");
        if (task == null) {
            throw StreamRefused.badRequest("The parameter task is missing.");
        }
        List<String> command = parameters.getOrDefault("command", List.of());
        if (kind == Kind.EXEC && (command.isEmpty() || command.getFirst().isEmpty())) {
            throw StreamRefused.badRequest("The parameter command is missing.");
        }
        Long tail = reader.number("tail", Integer.MAX_VALUE);
        Long columns = reader.number("columns", Short.MAX_VALUE);
        Long rows = reader.number("rows", Short.MAX_VALUE);
        return new StreamAsk(
                kind,
                cluster == null ? "default" : cluster,
                task,
                reader.text("container"),
                command,
                reader.flag("tty"),
                columns == null ? 0 : columns.intValue(),
                rows == null ? 0 : rows.intValue(),
                reader.flag("follow"),
                tail == null ? null : tail.intValue(),
                reader.number("since", Long.MAX_VALUE),
                reader.flag("timestamps"));
    }

    private record Reader(Map<String, List<String>> parameters) {

        /** Null if it is absent or empty. */
        private @Nullable String text(String name) {
            List<String> values = parameters.getOrDefault(name, List.of());
            if (values.size() > 1) {
                throw StreamRefused.badRequest("The parameter " + name + " is there twice.");
            }
            return values.isEmpty() || values.getFirst().isEmpty() ? null : values.getFirst();
        }

        private boolean flag(String name) {
            String value = text(name);
            return switch (value) {
                case null -> false;
                case "true" -> true;
                case "false" -> false;
                default ->
                        throw StreamRefused.badRequest(
                                "%s must be true or false, not '%s'.".formatted(name, value));
            };
        }

        private @Nullable Long number(String name, long most) {
            String value = text(name);
            if (value == null) {
                return null;
            }
            try {
                long number = Long.parseLong(value);
                if (number >= 0 && number <= most) {
                    return number;
                }
            } catch (NumberFormatException notANumber) {
                throw notWithin(name, value, most);
            }
            throw notWithin(name, value, most);
        }

        private static StreamRefused notWithin(String name, String value, long most) {
            return StreamRefused.badRequest(
                    "%s must be a number from 0 to %d, not '%s'.".formatted(name, most, value));
        }
    }
}
