package io.gantry.worker.docker;

import io.gantry.common.acs.AcsJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Which images this worker has pulled, in this life and in earlier ones. What is lost with its file
 * is pulled once more and is never removed, so a lost file does no harm.
 */
final class ImageMemory {
    private static final Logger log = LoggerFactory.getLogger(ImageMemory.class);

    private final @Nullable Path file;
    private final Map<String, Entry> byId = new TreeMap<>();

    ImageMemory(@Nullable Path file) {
        this.file = file;
        if (file != null && Files.exists(file)) {
            read(file);
        }
    }

    /**
     * An image that was pulled.
     *
     * @param names references under which it was pulled and that still mean it
     * @param ours it was not on the machine before
     */
    record Entry(
            String id, List<String> names, boolean ours, long pulledAtMillis, long usedAtMillis) {
        Entry {
            names = List.copyOf(names);
        }

        private Entry used(long nowMillis) {
            return new Entry(id, names, ours, pulledAtMillis, nowMillis);
        }

        private Entry without(String name) {
            List<String> others = names.stream().filter(one -> !one.equals(name)).toList();
            return new Entry(id, others, ours, pulledAtMillis, usedAtMillis);
        }
    }

    private record Content(List<Entry> images) {
        private Content {
            images = List.copyOf(images);
        }
    }

    private void read(Path from) {
        try {
            Content content = AcsJson.mapper().readValue(Files.readAllBytes(from), Content.class);
            content.images().forEach(one -> byId.put(one.id(), one));
        } catch (IOException | JacksonException | NullPointerException damaged) {
            log.atWarn()
                    .setCause(damaged)
                    .addKeyValue("file", from)
                    .log("images pulled earlier are unknown, they will not be cleaned up");
        }
    }

    /** Whether an image was pulled under this name, and still is what the name means. */
    synchronized boolean knows(String name) {
        return byId.values().stream().anyMatch(one -> one.names().contains(name));
    }

    /**
     * An image was pulled.
     *
     * @param isNew it was not on the machine before
     */
    synchronized void pulled(String id, String name, boolean isNew, long nowMillis) {
        byId.replaceAll((_, one) -> one.id().equals(id) ? one : one.without(name));
        Entry before = byId.get(id);
        TreeSet<String> names = new TreeSet<>(before == null ? List.of() : before.names());
        names.add(name);
        boolean ours = before == null ? isNew : before.ours() || isNew;
        byId.put(id, new Entry(id, List.copyOf(names), ours, nowMillis, nowMillis));
        byId.values().removeIf(one -> one.names().isEmpty() && !one.ours());
        write();
    }

    synchronized void used(String id, long nowMillis) {
        Entry one = byId.get(id);
        if (one != null) {
            byId.put(id, one.used(nowMillis));
            write();
        }
    }

    synchronized void forget(String id) {
        if (byId.remove(id) != null) {
            write();
        }
    }

    /** Those that came with us, the one that was used longest ago first. */
    synchronized List<Entry> ours() {
        List<Entry> all = new ArrayList<>(byId.values());
        all.removeIf(one -> !one.ours());
        all.sort(Comparator.comparingLong(Entry::usedAtMillis));
        return all;
    }

    private void write() {
        if (file == null) {
            return;
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(
                    fresh,
                    AcsJson.mapper().writeValueAsBytes(new Content(List.copyOf(byId.values()))));
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("error", failure.toString())
                    .log("cannot remember which images were pulled");
        }
    }
}
