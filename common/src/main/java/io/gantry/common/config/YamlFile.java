package io.gantry.common.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * The scalars of a YAML file by the names of settings, NODE_ID for {@code node-id} as well as for
 * {@code id} below {@code node}; lists are joined by commas.
 */
final class YamlFile {
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> keys = new LinkedHashMap<>();
    private final List<String> problems;

    private YamlFile(List<String> problems) {
        this.problems = problems;
    }

    static YamlFile read(Path path, List<String> problems) {
        var file = new YamlFile(problems);
        try {
            // All scalars stay text: an account 012345678901 is no number, "no" is no boolean.
            var settings = LoadSettings.builder().setSchema(new FailsafeSchema()).build();
            Object root = new Load(settings).loadFromString(Files.readString(path));
            if (root instanceof Map<?, ?> map) {
                file.flatten("", map);
            } else if (root != null && !root.toString().isBlank()) {
                problems.add(path + " must consist of lines like \"node-id: n1\"");
            }
        } catch (NoSuchFileException missing) {
            problems.add("There is no file " + path);
        } catch (MalformedInputException noText) {
            problems.add(path + " is not a text in UTF-8");
        } catch (IOException unreadable) {
            problems.add("%s cannot be read: %s".formatted(path, unreadable.getMessage()));
        } catch (YamlEngineException malformed) {
            problems.add("%s is not YAML: %s".formatted(path, malformed.getMessage()));
        }
        return file;
    }

    /** By names like NODE_ID; null where the file is silent. */
    @Nullable String value(String name) {
        return values.get(name);
    }

    /** The keys as they were written, by the names they stand for. */
    Map<String, String> keys() {
        return keys;
    }

    private void flatten(String prefix, Map<?, ?> map) {
        map.forEach(
                (key, value) -> {
                    String path = prefix + key;
                    if (value instanceof Map<?, ?> nested) {
                        flatten(path + ".", nested);
                    } else {
                        put(path, text(path, value));
                    }
                });
    }

    private String text(String path, @Nullable Object value) {
        if (!(value instanceof Collection<?> items)) {
            return value == null ? "" : value.toString();
        }
        var texts = new ArrayList<String>();
        for (Object item : items) {
            if (item instanceof String text) {
                texts.add(text);
            } else {
                problems.add(path + " must be a list of plain values");
            }
        }
        return String.join(",", texts);
    }

    private void put(String path, String value) {
        String name = path.replace('-', '_').replace('.', '_').toUpperCase(Locale.ROOT);
        String earlier = keys.put(name, path);
        if (earlier != null) {
            problems.add("%s and %s are the same setting".formatted(earlier, path));
        }
        if (!value.isBlank()) {
            values.put(name, value.strip());
        }
    }
}
