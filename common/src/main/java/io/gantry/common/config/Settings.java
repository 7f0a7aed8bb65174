package io.gantry.common.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a process was told: environment variables, and for those that are not set one YAML file. A
 * setting NODE_ID is the variable GANTRY_NODE_ID, or {@code node-id} in the file.
 *
 * <p>Whoever reads a setting that is missing or malformed gets a stand-in and goes on; {@link
 * #build} reports all of them.
 */
public final class Settings {
    private static final String PREFIX = "GANTRY_";

    private final @Nullable YamlFile file;
    private final Map<String, String> environment;
    private final Set<String> known = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    private Settings(@Nullable Path yaml, Map<String, String> environment) {
        this.environment = environment;
        this.file = yaml == null ? null : YamlFile.read(yaml, problems);
    }

    public static Settings of(@Nullable Path yaml, Map<String, String> environment) {
        return new Settings(yaml, Map.copyOf(environment));
    }

    /**
     * What the maker makes of these settings, unless anything is wrong with them.
     *
     * @throws SettingsException names everything that is
     */
    public <T> T build(Supplier<T> maker) {
        T made = null;
        try {
            made = maker.get();
            reportUnknownKeys();
        } catch (IllegalArgumentException refused) {
            // With problems at hand this is about a stand-in, of which nobody wants to hear.
            if (problems.isEmpty()) {
                problems.add(String.valueOf(refused.getMessage()));
            }
        } catch (AssertionError refused) {
            if (problems.isEmpty()) {
                throw refused;
            }
        }
        if (made == null || !problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return made;
    }

    /** The names of all settings that were asked for so far, such as DATA_DIR; sorted. */
    public SortedSet<String> names() {
        return new TreeSet<>(known);
    }

    /** The text as it was given, or null. */
    public @Nullable String raw(String name) {
        known.add(name);
        String value = environment.get(PREFIX + name);
        if (value != null && !value.isBlank()) {
            return value.strip();
        }
        return file == null ? null : file.value(name);
    }

    public String text(String name) {
        String value = raw(name);
        if (value == null) {
            missing(name);
            return "";
        }
        return value;
    }

    public String text(String name, String fallback) {
        String value = raw(name);
        return value == null ? fallback : value;
    }

    /**
     * A whole number.
     *
     * @param min the least allowed value
     * @param max the greatest allowed value
     */
    public int integer(String name, int fallback, int min, int max) {
        String value = raw(name);
        if (value == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            // Told below, like a number out of range.
        }
        wrong(name, value, "a number from %d to %d".formatted(min, max));
        return fallback;
    }

    /** Written like 500ms, 10s, 5m, 2h, 1d or as ISO 8601 has it. */
    public Duration duration(String name, Duration fallback) {
        String value = raw(name);
        if (value == null) {
            return fallback;
        }
        Duration duration = Amount.duration(value);
        if (duration == null) {
            wrong(name, value, "a duration like 500ms, 10s, 5m or 2h");
            return fallback;
        }
        return duration;
    }

    /** Bytes, written like 1048576, 512k, 64MiB or 2g. */
    public long size(String name, long fallback) {
        String value = raw(name);
        if (value == null) {
            return fallback;
        }
        Long bytes = Amount.bytes(value);
        if (bytes == null) {
            wrong(name, value, "a size like 512k, 64m or 2g");
            return fallback;
        }
        return bytes;
    }

    public boolean flag(String name, boolean fallback) {
        String value = raw(name);
        if (value == null) {
            return fallback;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> {
                wrong(name, value, "true or false");
                yield fallback;
            }
        };
    }

    public Path path(String name) {
        String value = raw(name);
        if (value == null) {
            missing(name);
            return Path.of("");
        }
        return asPath(name, value, Path.of(""));
    }

    public Path path(String name, Path fallback) {
        String value = raw(name);
        return value == null ? fallback : asPath(name, value, fallback);
    }

    private Path asPath(String name, String value, Path standIn) {
        try {
            return Path.of(value);
        } catch (InvalidPathException malformed) {
            wrong(name, value, "a path");
            return standIn;
        }
    }

    /**
     * Values separated by commas, or a list in the file; empty where nothing is said.
     *
     * @param parser throws an IllegalArgumentException that says what was expected
     */
    public <T> List<T> list(String name, Function<String, T> parser) {
        String value = raw(name);
        if (value == null) {
            return List.of();
        }
        var items = new ArrayList<T>();
        for (String item : value.split(",", -1)) {
            if (item.isBlank()) {
                continue;
            }
            try {
                items.add(parser.apply(item.strip()));
            } catch (IllegalArgumentException malformed) {
                String reason = malformed.getMessage();
                problems.add("%s: \"%s\": %s".formatted(source(name), item.strip(), reason));
            }
        }
        return List.copyOf(items);
    }

    /** A constant of an enum, written in any case and with hyphens or underscores. */
    public <E extends Enum<E>> E choice(String name, Class<E> type, E fallback) {
        String value = raw(name);
        if (value == null) {
            return fallback;
        }
        E[] constants = type.getEnumConstants();
        for (E constant : constants) {
            if (constant.name().equalsIgnoreCase(value.replace('-', '_'))) {
                return constant;
            }
        }
        String all = Arrays.stream(constants).map(Settings::key).collect(Collectors.joining(", "));
        wrong(name, value, "one of " + all);
        return fallback;
    }

    /** Adds a problem of a setting to those that {@link #build} reports. */
    public void refuse(String name, String reason) {
        problems.add("%s %s".formatted(source(name), reason));
    }

    private void missing(String name) {
        problems.add("%s%s is missing (in a file: %s)".formatted(PREFIX, name, key(name)));
    }

    private void wrong(String name, String value, String expected) {
        problems.add("%s is \"%s\", but must be %s".formatted(source(name), value, expected));
    }

    private String source(String name) {
        String variable = environment.get(PREFIX + name);
        if (file == null || (variable != null && !variable.isBlank())) {
            return PREFIX + name;
        }
        return file.keys().getOrDefault(name, key(name));
    }

    private void reportUnknownKeys() {
        if (file == null) {
            return;
        }
        file.keys()
                .forEach(
                        (name, written) -> {
                            if (!known.contains(name)) {
                                problems.add(
                                        "There is no setting %s; the closest is %s"
                                                .formatted(written, key(closest(name))));
                            }
                        });
    }

    private String closest(String name) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> Spelling.distance(candidate, name)))
                .orElse("none");
    }

    private static String key(Object name) {
        return name.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
