package io.gantry.control.core.transition;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.DeleteAttributes;
import io.gantry.control.core.command.Command.NamedAttribute;
import io.gantry.control.core.command.Command.PutAttributes;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.CustomAttributes;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Changes to custom attributes of machines: all that a command says, or nothing. */
final class AttributeEdits {
    private final Edit edit;
    private final Map<WorkerId, Map<String, String>> changed = new TreeMap<>();

    AttributeEdits(Edit edit) {
        this.edit = edit;
    }

    Reply put(PutAttributes put) {
        Refused refused =
                change(put.attributes(), (all, each) -> all.put(each.name(), each.value()));
        if (refused != null) {
            return refused;
        }
        if (changed.values().stream()
                .anyMatch(all -> CustomAttributes.count(all) > CustomAttributes.MOST)) {
            return Edit.refused(
                    Cause.ATTRIBUTE_LIMIT,
                    "A container instance can have at most 10 custom attributes.");
        }
        return store();
    }

    Reply delete(DeleteAttributes delete) {
        Refused refused = change(delete.attributes(), (all, each) -> all.remove(each.name()));
        return refused == null ? store() : refused;
    }

    private @Nullable Refused change(
            List<NamedAttribute> attributes,
            BiConsumer<Map<String, String>, NamedAttribute> action) {
        for (NamedAttribute each : attributes) {
            Worker worker = edit.workerRows.get(each.worker());
            if (worker == null || worker.status() == Worker.Status.INACTIVE) {
                return Edit.refused(
                        Cause.TARGET_NOT_FOUND,
                        "The specified target wasn't found: container instance "
                                + each.worker()
                                + ".");
            }
            action.accept(
                    changed.computeIfAbsent(worker.id(), id -> new TreeMap<>(worker.attributes())),
                    each);
        }
        return null;
    }

    private Reply store() {
        changed.forEach(
                (id, attributes) -> {
                    Worker worker = edit.worker(id);
                    if (!worker.attributes().equals(attributes)) {
                        edit.workerRows.put(id, worker.having(attributes));
                        edit.touch(id);
                        edit.fleet().changed(worker);
                    }
                });
        return Edit.done();
    }
}
