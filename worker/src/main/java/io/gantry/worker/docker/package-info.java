/**
 * Runs containers with Docker, or with Podman through its compatible socket. {@link
 * io.gantry.worker.docker.DockerRuntime} is the entry type; the engine is found through {@code
 * DOCKER_HOST} or at the usual sockets. A label with the worker's own id keeps several workers on
 * one engine apart.
 */
@NullMarked
package io.gantry.worker.docker;

import org.jspecify.annotations.NullMarked;
