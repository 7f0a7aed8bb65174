package io.gantry.control.raft;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;

/** What a node's directory says about who founded its group. */
final class FounderFiles {
    private final Path incarnation;
    private final Path founders;
    private final GroupFiles group;

    FounderFiles(Path dataDirectory) {
        this.incarnation = dataDirectory.resolve("incarnation");
        this.founders = dataDirectory.resolve("founders");
        this.group = new GroupFiles(dataDirectory);
    }

    /** Whether this node must find out first that it has not been in the group before. */
    boolean isNew(RaftConfig config) throws IOException {
        return config.joins() == null && config.peers().size() > 1 && isUnfounded();
    }

    /** A seed is sown before the others are asked; otherwise there is nothing of a group yet. */
    private boolean isUnfounded() throws IOException {
        return !hasFounded() && (Files.exists(incarnation) || group.isBlank());
    }

    boolean hasFounded() {
        return Files.exists(founders);
    }

    /** Draws the incarnation of a directory that has none. */
    void begin() throws IOException {
        if (!Files.exists(incarnation)) {
            GroupFiles.write(incarnation, UUID.randomUUID() + "\n");
        }
    }

    /** Remembers for good with whom this node founds its group. */
    void note(Map<String, String> incarnations) throws IOException {
        var text = new StringWriter();
        new TreeMap<>(incarnations).forEach((id, each) -> text.append(id + '=' + each + '\n'));
        GroupFiles.write(founders, text.toString());
    }

    Founder read() throws IOException {
        var known = new HashMap<String, String>();
        if (hasFounded()) {
            var properties = new Properties();
            try (Reader reader = Files.newBufferedReader(founders)) {
                properties.load(reader);
            }
            properties
                    .stringPropertyNames()
                    .forEach(id -> known.put(id, properties.getProperty(id)));
        }
        String own = Files.exists(incarnation) ? Files.readString(incarnation).strip() : "";
        return new Founder(own, isUnfounded(), known);
    }
}
