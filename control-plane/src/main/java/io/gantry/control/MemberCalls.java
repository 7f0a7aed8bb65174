package io.gantry.control;

import io.gantry.control.ControlPlaneConfig.Peer;
import io.gantry.control.operator.OperatorCall;
import io.gantry.control.operator.OperatorRefused;
import io.gantry.control.raft.Membership;
import io.gantry.control.raft.Membership.Change;
import io.gantry.control.raft.Membership.Node;
import io.gantry.control.raft.Membership.Progress;
import io.gantry.control.raft.MembershipRefused;
import io.gantry.control.raft.RaftConfig;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What operators ask about the members, and how they change them. */
final class MemberCalls {
    private final Membership membership;
    private final StatusClient client;

    MemberCalls(Membership membership, StatusClient client) {
        this.membership = membership;
        this.client = client;
    }

    Map<String, OperatorCall> byName() {
        return Map.of(
                "members",
                request -> list(),
                "members-add",
                this::add,
                "members-remove",
                request -> {
                    String id = text(request, "id");
                    return begun(() -> membership.remove(id));
                },
                "members-replace",
                this::replace);
    }

    private JsonNode list() {
        Membership.View view = membership.view();
        ObjectNode page = JsonMapper.shared().createObjectNode();
        page.put("group", view.group());
        page.put("leader", view.leader());
        page.put("committed", view.committed());
        var nodes = page.putArray("nodes");
        for (Node node : view.nodes()) {
            ObjectNode row = nodes.addObject();
            row.put("id", node.peer().id());
            row.put("address", address(node.peer()));
            row.put("up", node.up());
            row.put("role", node.role());
            row.put("applied", node.applied());
            row.put("behind", node.behind());
        }
        Change change = view.change();
        if (change != null) {
            ObjectNode row = page.putObject("change");
            row.put("what", change.what());
            row.put("progress", change.progress().name());
            row.put("text", change.text());
            RaftConfig.Peer newcomer = change.newcomer();
            if (newcomer != null && change.progress() == Progress.RUNNING) {
                learner(page.putObject("learner"), newcomer, view.committed());
            }
        }
        return page;
    }

    /** A newcomer is no member yet, so the log's own roll call does not reach it. */
    private void learner(ObjectNode row, RaftConfig.Peer newcomer, long committed) {
        JsonNode status = client.status(address(newcomer));
        long applied = status == null ? -1 : status.path("appliedIndex").asLong(-1);
        row.put("id", newcomer.id());
        row.put("address", address(newcomer));
        row.put("up", status != null);
        row.put("role", "LEARNER");
        row.put("applied", applied);
        row.put("behind", status == null ? -1 : Math.max(0, committed - applied));
    }

    private JsonNode add(JsonNode request) {
        Peer newcomer = newcomer(request);
        checkWaiting(newcomer);
        return begun(
                () -> {
                    membership.add(raft(newcomer));
                    return null;
                });
    }

    private JsonNode replace(JsonNode request) {
        String old = text(request, "old");
        Peer newcomer = newcomer(request);
        checkWaiting(newcomer);
        return begun(() -> membership.replace(old, raft(newcomer)));
    }

    private static JsonNode begun(Supplier<@Nullable String> change) {
        try {
            String successor = change.get();
            ObjectNode reply = JsonMapper.shared().createObjectNode();
            reply.put("begun", successor == null);
            if (successor != null) {
                reply.put("leader", successor);
            }
            return reply;
        } catch (MembershipRefused refused) {
            throw OperatorRefused.conflict(refused.getMessage() + ".");
        }
    }

    private void checkWaiting(Peer newcomer) {
        if (membership.peers().stream()
                .anyMatch(
                        peer ->
                                peer.id().equals(newcomer.id())
                                        || address(peer)
                                                .equals(
                                                        newcomer.host()
                                                                + ':'
                                                                + newcomer.basePort()))) {
            // Refused in better words by the rules.
            return;
        }
        String where = newcomer.host() + ':' + newcomer.basePort();
        JsonNode status = client.status(where);
        if (status == null) {
            throw OperatorRefused.conflict(
                    "No node answers at %s. Start it there first, with the settings node-id: %s, address: %s and join: (addresses of nodes that are members)."
                            .formatted(where, newcomer.id(), where));
        }
        String id = status.path("node").asString("");
        if (!id.equals(newcomer.id())) {
            throw OperatorRefused.conflict(
                    "The node at %s is called %s, not %s.".formatted(where, id, newcomer.id()));
        }
        if (!"JOINING".equals(status.path("role").asString(""))) {
            throw OperatorRefused.conflict(
                    "The node at %s does not wait to be added: it is a member of a control plane already, or was started without the setting join."
                            .formatted(where));
        }
        String group = status.path("group").asString("");
        if (group.isEmpty()) {
            throw OperatorRefused.conflict(
                    "The node at %s has not found the control plane yet; look at its setting join."
                            .formatted(where));
        }
        if (!group.equals(membership.groupId())) {
            throw OperatorRefused.conflict(
                    "The node at %s waits to be added to another control plane; start it again if this one was recovered."
                            .formatted(where));
        }
    }

    private static Peer newcomer(JsonNode request) {
        String id = text(request, "id");
        String address = text(request, "address");
        try {
            return Peer.parse(id + '=' + address);
        } catch (IllegalArgumentException malformed) {
            throw OperatorRefused.invalid("address: " + malformed.getMessage() + ".");
        }
    }

    private static String text(JsonNode request, String member) {
        String text = request.path(member).asString("");
        if (text.isBlank()) {
            throw OperatorRefused.invalid(member + " is missing.");
        }
        return text;
    }

    private static RaftConfig.Peer raft(Peer peer) {
        return new RaftConfig.Peer(peer.id(), peer.host(), peer.raftPort());
    }

    /** Where a member's API is: its ports are in a row. */
    static String address(RaftConfig.Peer peer) {
        return peer.host() + ':' + (peer.port() - 1);
    }
}
