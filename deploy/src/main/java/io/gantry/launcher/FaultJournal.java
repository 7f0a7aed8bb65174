package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** One file for each fault, written before it is done: whoever finds it can undo the fault. */
final class FaultJournal {
    private static final ObjectMapper MAPPER = JsonMapper.builder().build();
    private static final String SUFFIX = ".fault";

    private final Path directory;

    FaultJournal(Layout layout) {
        directory = layout.faults();
    }

    void write(ActiveFault fault) {
        try {
            Files.createDirectories(directory);
        } catch (IOException refused) {
            throw new Failure("Cannot write to %s: %s".formatted(directory, refused), refused);
        }
        Layout.write(file(fault), MAPPER.writeValueAsString(fault));
    }

    void remove(ActiveFault fault) {
        try {
            Files.deleteIfExists(file(fault));
        } catch (IOException refused) {
            throw new Failure("Cannot delete %s: %s".formatted(file(fault), refused), refused);
        }
    }

    /** Oldest first. */
    List<ActiveFault> active() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        var faults = new ArrayList<ActiveFault>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
                faults.add(MAPPER.readValue(Files.readString(file), ActiveFault.class));
            }
        } catch (IOException | JacksonException unreadable) {
            throw new Failure(
                    "Cannot read the active faults in %s: %s".formatted(directory, unreadable),
                    unreadable);
        }
        faults.sort(Comparator.comparingLong(ActiveFault::sinceMillis));
        return faults;
    }

    /** Whether something for the load was made that has not been removed. */
    boolean hasProbe() {
        return Files.exists(probe());
    }

    void noteProbe() {
        try {
            Files.createDirectories(directory);
        } catch (IOException refused) {
            throw new Failure("Cannot write to %s: %s".formatted(directory, refused), refused);
        }
        Layout.write(probe(), ChaosProbe.NAME + "\n");
    }

    void forgetProbe() {
        try {
            Files.deleteIfExists(probe());
        } catch (IOException refused) {
            throw new Failure("Cannot delete %s: %s".formatted(probe(), refused), refused);
        }
    }

    private Path probe() {
        return directory.resolve("probe");
    }

    private Path file(ActiveFault fault) {
        return directory.resolve(fault.id() + SUFFIX);
    }
}
