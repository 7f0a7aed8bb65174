package io.gantry.worker.endpoints;

import io.gantry.worker.core.ContainerKey;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The id under which a container asks about itself; nobody else can guess it. */
final class ContainerIds {
    private final String secret;

    ContainerIds(String secret) {
        this.secret = secret;
    }

    String of(ContainerKey key) {
        String text = secret + ' ' + key.taskArn() + ' ' + key.containerName();
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
