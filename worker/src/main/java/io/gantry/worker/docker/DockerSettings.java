package io.gantry.worker.docker;

/**
 * What a {@link DockerRuntime} must know of its worker.
 *
 * @param agentId marks our containers
 * @param cluster shown as a label
 */
public record DockerSettings(
        String agentId, String cluster, PullBehavior pullBehavior, ImageSettings images) {

    public DockerSettings(String agentId, String cluster, PullBehavior pullBehavior) {
        this(agentId, cluster, pullBehavior, ImageSettings.usual());
    }
}
