package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes images that nobody needs, and volumes of tasks that nobody knows. */
final class DockerTidying {
    private static final Logger log = LoggerFactory.getLogger(DockerTidying.class);

    private final DockerClient client;
    private final DockerSettings settings;
    private final ImageCleaner cleaner;
    private final DockerImages images;

    DockerTidying(
            DockerClient client, DockerSettings settings, ImageMemory memory, DockerImages images) {
        this.client = client;
        this.settings = settings;
        this.images = images;
        cleaner = new ImageCleaner(client, settings.images().cleanup(), memory);
    }

    /**
     * One round.
     *
     * @param known asked after the look at what there is, so that nothing new seems to be unknown
     */
    void tidy(Supplier<? extends Collection<AcsTask>> known) {
        try {
            removeVolumesOfOthersThan(known);
            if (cleansImages()) {
                cleaner.clean(() -> wanted(known.get()), System.currentTimeMillis());
            }
        } catch (RuntimeException failure) {
            log.atWarn()
                    .addKeyValue("error", PullErrors.words(failure))
                    .log("not everything that is unused could be removed");
        }
    }

    private List<String> wanted(Collection<AcsTask> known) {
        List<String> wanted = new ArrayList<>(images.underWay());
        known.stream()
                .flatMap(task -> task.containers().stream())
                .map(AcsContainer::image)
                .filter(Objects::nonNull)
                .forEach(wanted::add);
        return wanted;
    }

    /** Whoever prefers what is here wants it to stay, as with Amazon's agent. */
    private boolean cleansImages() {
        return settings.pullBehavior() != PullBehavior.PREFER_CACHED
                && !settings.images().cleanup().interval().isZero();
    }

    private void removeVolumesOfOthersThan(Supplier<? extends Collection<AcsTask>> known) {
        List<InspectVolumeResponse> unused =
                client.listVolumesCmd()
                        .withDanglingFilter(true)
                        .withFilter("label", List.of(DockerLabels.AGENT + '=' + settings.agentId()))
                        .exec()
                        .getVolumes();
        if (unused == null || unused.isEmpty()) {
            return;
        }
        Set<String> arns = known.get().stream().map(AcsTask::arn).collect(Collectors.toSet());
        for (InspectVolumeResponse volume : unused) {
            Map<String, String> labels = volume.getLabels();
            // Shared volumes belong to no task and stay.
            String task = labels == null ? null : labels.get(DockerLabels.TASK_ARN);
            if (task != null && !arns.contains(task)) {
                remove(volume.getName());
            }
        }
    }

    private void remove(String volume) {
        try {
            client.removeVolumeCmd(volume).exec();
            log.atInfo().addKeyValue("volume", volume).log("left over volume removed");
        } catch (NotFoundException | ConflictException gone) {
            log.atDebug().addKeyValue("volume", volume).log("volume is gone or in use");
        }
    }
}
