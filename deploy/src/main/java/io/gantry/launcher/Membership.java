package io.gantry.launcher;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Who is in a control plane, asked of any node and changed at the one that leads. */
final class Membership {
    private static final Duration STEP = Duration.ofMillis(300);
    private static final int LEADERS = 5;

    private final Remote remote;
    private final Progress progress;

    Membership(Remote remote, Progress progress) {
        this.remote = remote;
        this.progress = progress;
    }

    JsonNode list() {
        return remote.api().operate("members", object());
    }

    Table table() {
        JsonNode list = list();
        var table = new Table("NODE", "ROLE", "UP", "BEHIND", "ADDRESS");
        String leader = list.path("leader").asString("");
        for (JsonNode node : list.path("nodes")) {
            row(table, node, node.path("id").asString("").equals(leader));
        }
        if (list.has("learner")) {
            row(table, list.path("learner"), false);
        }
        return table;
    }

    private static void row(Table table, JsonNode node, boolean leads) {
        boolean up = node.path("up").asBoolean();
        String role = node.path("role").asString("").toLowerCase(Locale.ROOT);
        long behind = node.path("behind").asLong(-1);
        table.row(
                node.path("id").asString(""),
                leads && up ? "leader" : role.isEmpty() ? "-" : role,
                up ? "yes" : "no",
                behind < 0 ? "-" : behind + (behind == 1 ? " entry" : " entries"),
                node.path("address").asString(""));
    }

    /** How many vote. */
    int size() {
        return list().path("nodes").size();
    }

    void add(String id, String address) {
        change("members-add", object().put("id", id).put("address", address));
        progress.done("%s (%s) is a member".formatted(id, address));
    }

    void remove(String id) {
        change("members-remove", object().put("id", id));
        progress.done(id + " is no member any more");
    }

    /** In one step where there are nodes enough for it. */
    void replace(String old, String id, String address) {
        if (size() < 3) {
            add(id, address);
            remove(old);
            return;
        }
        change("members-replace", object().put("old", old).put("id", id).put("address", address));
        progress.done("%s (%s) is a member in place of %s".formatted(id, address, old));
    }

    /**
     * Has another node lead.
     *
     * @param to its id; empty for whichever has most of the log
     */
    void transfer(String to) {
        for (int attempt = 0; attempt < LEADERS; attempt++) {
            Leader leader = leader();
            try {
                JsonNode reply =
                        leader.api().operate("transfer-leadership", object().put("to", to));
                progress.done(
                        "%s leads now, after %s; it took %d ms"
                                .formatted(
                                        reply.path("leader").asString(""),
                                        leader.id(),
                                        reply.path("millis").asLong()));
                return;
            } catch (ApiClient.RefusedException refused) {
                if (leader().id().equals(leader.id())) {
                    throw refused;
                }
            }
        }
        throw unsettled();
    }

    private static Failure unsettled() {
        return new Failure("Leadership changes too often at the moment; try again.");
    }

    /** The node that leads, and the way to it alone. */
    private record Leader(String id, ApiClient api) {}

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    private void change(String name, JsonNode request) {
        for (int attempt = 0; attempt < LEADERS; attempt++) {
            ApiClient leader = leader().api();
            JsonNode reply = leader.operate(name, request);
            if (reply.path("begun").asBoolean()) {
                await(leader);
                return;
            }
            progress.done(reply.path("leader").asString("") + " leads now");
        }
        throw unsettled();
    }

    /** The node that leads, alone: others would refuse. */
    private Leader leader() {
        Leader found = Patience.await(Duration.ofSeconds(15), this::findLeader);
        if (found == null) {
            throw new Failure("The control plane has no leader: is a majority of its nodes up?");
        }
        return found;
    }

    private @Nullable Leader findLeader() {
        JsonNode list = list();
        String id = list.path("leader").asString("");
        String address = address(list, id);
        return address == null
                ? null
                : new Leader(
                        id,
                        new ApiClient(
                                remote.http(),
                                List.of(URI.create("http://" + address)),
                                remote.credentials(),
                                remote.region()));
    }

    private static @Nullable String address(JsonNode list, String id) {
        for (JsonNode node : list.path("nodes")) {
            if (node.path("id").asString("").equals(id)) {
                return node.path("address").asString("");
            }
        }
        return null;
    }

    private void await(ApiClient leader) {
        long told = -1;
        while (true) {
            JsonNode list = leader.operate("members", object());
            JsonNode change = list.path("change");
            switch (change.path("progress").asString("")) {
                case "DONE" -> {
                    return;
                }
                case "FAILED" ->
                        throw new Failure(
                                "%s failed: %s."
                                        .formatted(
                                                change.path("what").asString(""),
                                                change.path("text").asString("")));
                case "RUNNING" -> {
                    long behind = list.path("learner").path("behind").asLong(-1);
                    if (behind >= 0 && behind != told) {
                        told = behind;
                        progress.done("catching up, %d entries behind".formatted(behind));
                    }
                }
                default ->
                        throw new Failure(
                                "The leader was started anew meanwhile; look at \"gantry members"
                                        + " list\" and try again.");
            }
            Patience.rest(STEP.toMillis());
        }
    }
}
