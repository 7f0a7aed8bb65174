package io.gantry.worker.journal;

import org.jspecify.annotations.Nullable;

/**
 * Who this worker is.
 *
 * @param agentId drawn once per data directory; marks the containers that are ours
 * @param cluster the configured name or ARN
 * @param containerInstanceArn given by the control plane at the first registration
 * @param sequence the highest number that a payload or a manifest carried
 */
public record Identity(
        String agentId, String cluster, @Nullable String containerInstanceArn, long sequence) {

    public Identity registeredAs(String arn) {
        return new Identity(agentId, cluster, arn, sequence);
    }

    public Identity at(long newSequence) {
        return new Identity(agentId, cluster, containerInstanceArn, newSequence);
    }
}
