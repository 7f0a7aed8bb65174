package io.gantry.control.core.transition;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.TagResource;
import io.gantry.control.core.command.Command.UntagResource;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Taggable;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.core.tagging.Tagged;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/** Changes to the tags of resources. */
final class TagEdits {
    private static final int MOST = 50;

    /** Tags of ECS itself, which do not count. */
    private static final String RESERVED = "aws:";

    private final Edit edit;

    TagEdits(Edit edit) {
        this.edit = edit;
    }

    Reply tag(TagResource tag) {
        Tagged found = Tagged.of(edit.before, tag.resource());
        Refused refused = found.refusal();
        if (refused != null) {
            return refused;
        }
        Map<String, Tag> merged = new LinkedHashMap<>();
        found.tags().forEach(each -> merged.put(each.key(), each));
        tag.tags().forEach(each -> merged.put(each.key(), each));
        if (merged.keySet().stream().filter(key -> !isReserved(key)).count() > MOST) {
            return Edit.refused(
                    Cause.LIMIT_EXCEEDED,
                    "The number of tags of a resource must not exceed " + MOST + ".");
        }
        put(tag.resource(), List.copyOf(merged.values()));
        return Edit.done();
    }

    private static boolean isReserved(String key) {
        return key.toLowerCase(Locale.ROOT).startsWith(RESERVED);
    }

    Reply untag(UntagResource untag) {
        Tagged found = Tagged.of(edit.before, untag.resource());
        Refused refused = found.refusal();
        if (refused != null) {
            return refused;
        }
        put(
                untag.resource(),
                found.tags().stream().filter(tag -> !untag.keys().contains(tag.key())).toList());
        return Edit.done();
    }

    private void put(Taggable resource, List<Tag> tags) {
        String name = resource.name();
        switch (resource.kind()) {
            case CLUSTER -> {
                Cluster row = edit.cluster(name);
                edit.clusterRows.put(name, row.with(row.spec().toBuilder().tags(tags).build()));
            }
            case SERVICE -> {
                var key = ServiceKey.parse(name);
                edit.serviceRows.put(key, edit.service(key).tagged(tags));
                edit.touch(key);
            }
            case TASK -> {
                var id = TaskId.parse(name);
                Task task = edit.taskRows.get(id);
                if (task == null) {
                    Job waiting = Check.present(edit.jobRows.get(id), id);
                    edit.jobRows.put(id, waiting.tagged(tags));
                } else {
                    edit.taskRows.put(id, task.tagged(tags));
                }
            }
            case TASK_DEFINITION -> {
                var key = TaskDefinitionKey.parse(name);
                TaskDefinitionRow row = Check.present(edit.taskDefinitionRows.get(key), key);
                edit.taskDefinitionRows.put(key, row.tagged(tags));
            }
            case CONTAINER_INSTANCE -> {
                var id = WorkerId.parse(name);
                edit.workerRows.put(id, edit.worker(id).tagged(tags));
            }
            case TASK_SET -> tagSet(resource, tags);
            case DAEMON -> {
                var key = ServiceKey.parse(name);
                ManagedDaemon row = Check.present(edit.managedRows.daemons.get(key), key);
                edit.managedRows.daemons.put(key, row.tagged(tags));
            }
            case DAEMON_TASK_DEFINITION -> {
                var key = TaskDefinitionKey.parse(name);
                ManagedDefinition row = Check.present(edit.managedRows.definitions.get(key), key);
                edit.managedRows.definitions.put(key, row.tagged(tags));
            }
            case CAPACITY_PROVIDER -> {
                CapacityProvider row = Check.present(edit.capacityProviderRows.get(name), name);
                edit.capacityProviderRows.put(name, row.tagged(tags));
            }
        }
    }

    private void tagSet(Taggable resource, List<Tag> tags) {
        ServiceKey key = resource.serviceOfSet();
        edit.serviceRows.put(
                key,
                edit.service(key)
                        .changing(
                                resource.numberOfSet(),
                                deployment -> deployment.with(tagged(deployment.set(), tags))));
        edit.touch(key);
    }

    private static @Nullable TaskSet tagged(@Nullable TaskSet set, List<Tag> tags) {
        return set == null ? null : set.tagged(tags);
    }
}
