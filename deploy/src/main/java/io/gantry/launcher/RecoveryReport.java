package io.gantry.launcher;

import io.gantry.control.raft.Recovery;
import io.gantry.control.raft.Recovery.Findings;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator must know before he gives up a majority. */
final class RecoveryReport {
    private final PrintStream out;

    RecoveryReport(PrintStream out) {
        this.out = out;
    }

    void print(String node, String where, Findings found) {
        out.printf("%s, in %s%n", node, where);
        out.printf(
                "  control plane  %s of %s%n", found.group(), String.join(", ", found.members()));
        out.printf(
                "  last entry     term %d, index %d (highest term seen: %d)%n",
                found.lastTerm(), found.lastIndex(), found.term());
        out.printf("  last command   %s%n", found.latest());
        out.printf(
                "  snapshot       %s%n",
                found.snapshotIndex() < 0 ? "none" : "up to index " + found.snapshotIndex());
        out.printf(
                "  holds          %d clusters, %d services, %d tasks, %d workers%n",
                found.clusters(), found.services(), found.tasks(), found.workers());
    }

    /** Another survivor; refuses to go on if that one has more. */
    void compare(Findings here, String where) {
        Path directory = Path.of(where);
        if (Files.isDirectory(directory)) {
            compareDirectory(here, directory);
        } else if (where.matches(".+:\\d+")) {
            compareNode(here, where);
        } else {
            throw new Failure("'%s' is neither a data directory nor host:port.".formatted(where));
        }
    }

    private void compareDirectory(Findings here, Path directory) {
        try (Recovery other = Recovery.open(directory)) {
            Findings there = other.findings();
            judge(here, directory.toString(), there.group(), there.lastTerm(), there.lastIndex());
        } catch (IOException unreadable) {
            out.printf("%ncompared with %s: %s%n", directory, unreadable.getMessage());
        }
    }

    private void compareNode(Findings here, String where) {
        JsonNode status = status(where);
        if (status == null) {
            out.printf("%ncompared with %s: no node answers there%n", where);
            return;
        }
        String leader = status.path("leader").asString("");
        if (!leader.isEmpty() && status.path("group").asString("").equals(here.group())) {
            throw new Failure(
                    "The node at %s says that %s leads: that control plane is not lost."
                            .formatted(where, leader));
        }
        judge(
                here,
                where,
                status.path("group").asString(""),
                status.path("lastTerm").asLong(-1),
                status.path("lastIndex").asLong(-1));
    }

    private static @Nullable JsonNode status(String where) {
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            String page = new StatusPages(http).text(URI.create("http://" + where + "/status"));
            return page == null ? null : JsonMapper.shared().readTree(page);
        } catch (JacksonException notOurs) {
            return null;
        }
    }

    private void judge(Findings here, String where, String group, long term, long index) {
        if (!group.equals(here.group())) {
            out.printf("%ncompared with %s: that belongs to another control plane%n", where);
            return;
        }
        out.printf(
                "%ncompared with %s: its last entry has term %d, index %d%n", where, term, index);
        boolean more =
                term > here.lastTerm() || (term == here.lastTerm() && index > here.lastIndex());
        if (more) {
            throw new Failure(
                    "That one has more than this one: recover there, or less will be left than"
                            + " could be.");
        }
    }

    void warn(String node, Findings found) {
        List<String> lost = found.members().stream().filter(id -> !id.equals(node)).toList();
        out.println();
        out.printf(
                "This makes %s the only node of a NEW control plane, with all of the above.%n",
                node);
        out.println("What you accept by it:");
        out.printf(
                "  - Writes that were acknowledged and that only %s had are LOST. %s has none after"
                        + " the last entry above.%n",
                lost.isEmpty() ? "others" : String.join(", ", lost), node);
        out.printf(
                "  - Writes that were never acknowledged, but are in the log of %s, take effect.%n",
                node);
        out.printf(
                "  - %s can never come back with their data. Be sure that they are off: a majority"
                        + " of them would go on as a control plane of its own over the same workers.%n",
                lost.isEmpty() ? "Other nodes" : String.join(", ", lost));
        out.println(
                "Workers keep their tasks and reconnect. Tasks that were started by lost writes are"
                        + " stopped by their workers when they do.");
    }
}
