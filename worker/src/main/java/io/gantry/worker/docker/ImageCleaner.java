package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes images that this worker pulled and nobody needs any more. */
final class ImageCleaner {
    private static final Logger log = LoggerFactory.getLogger(ImageCleaner.class);

    private final DockerClient client;
    private final ImageSettings.Cleanup settings;
    private final ImageMemory memory;

    ImageCleaner(DockerClient client, ImageSettings.Cleanup settings, ImageMemory memory) {
        this.client = client;
        this.settings = settings;
        this.memory = memory;
    }

    /**
     * One round.
     *
     * @param wanted references of images that tasks need
     */
    void clean(Supplier<? extends Collection<String>> wanted, long nowMillis) {
        Set<String> inUse = new HashSet<>();
        for (Container container : client.listContainersCmd().withShowAll(true).exec()) {
            inUse.add(container.getImageId());
        }
        Set<ImageName> needed = names(wanted.get());
        needed.addAll(names(settings.kept()));
        int removed = 0;
        for (ImageMemory.Entry one : memory.ours()) {
            boolean isNeeded =
                    inUse.contains(one.id())
                            || names(one.names()).stream().anyMatch(needed::contains);
            boolean isOld = nowMillis - one.pulledAtMillis() >= settings.minimumAge().toMillis();
            if (isNeeded) {
                memory.used(one.id(), nowMillis);
            } else if (isOld && removed < settings.perRound()) {
                removed += remove(one) ? 1 : 0;
            }
        }
    }

    private static Set<ImageName> names(Collection<String> references) {
        Set<ImageName> names = new HashSet<>();
        references.forEach(one -> names.add(ImageName.of(one)));
        return names;
    }

    private boolean remove(ImageMemory.Entry image) {
        // By its names, so that one which somebody else gave it keeps it here.
        List<String> references = image.names().isEmpty() ? List.of(image.id()) : image.names();
        for (String reference : references) {
            try {
                client.removeImageCmd(reference).exec();
            } catch (NotFoundException removed) {
                log.atDebug().addKeyValue("image", reference).log("already removed");
            } catch (ConflictException inUse) {
                log.atDebug().addKeyValue("image", reference).log("image is in use");
                return false;
            }
        }
        memory.forget(image.id());
        log.atInfo()
                .addKeyValue("image", references.getFirst())
                .addKeyValue("id", image.id())
                .log("unused image removed");
        return true;
    }
}
