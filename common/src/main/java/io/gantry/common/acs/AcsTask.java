package io.gantry.common.acs;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One task of a {@link AcsMessage.PayloadMessage}.
 *
 * @param desiredStatus RUNNING or STOPPED
 * @param cpu limit of the whole task in vCPU, such as 0.25
 * @param memory limit of the whole task in MiB
 * @param overrides ignored by agents; the server merges overrides itself
 * @param leaseMillis Gantry's extension, which other agents ignore: the worker ends the task once
 *     its lease has not been renewed for so long; null if the task has none
 */
public record AcsTask(
        String arn,
        String desiredStatus,
        @Nullable String family,
        @Nullable String version,
        @Nullable String taskClusterArn,
        @Nullable String taskDefinitionAccountId,
        @Nullable String zone,
        @Nullable String overrides,
        @Nullable Double cpu,
        @Nullable Integer memory,
        @Nullable String networkMode,
        @Nullable String launchType,
        @Nullable String pidMode,
        @Nullable String ipcMode,
        @Nullable String serviceName,
        @Nullable String group,
        @Nullable Boolean enableFaultInjection,
        @Nullable String agentConfiguration,
        @Nullable RoleCredentials roleCredentials,
        @Nullable RoleCredentials executionRoleCredentials,
        @Nullable ProxyConfiguration proxyConfiguration,
        @Nullable TrustedExecutionConfiguration trustedExecutionConfiguration,
        List<AcsContainer> containers,
        List<AcsVolume> volumes,
        List<AcsNetworkInterface> elasticNetworkInterfaces,
        List<Association> associations,
        List<Attachment> attachments,
        @Nullable Long leaseMillis) {

    /** Why a worker ended a task whose lease it could not renew. */
    public static final String LEASE_EXPIRED =
            "Task stopped: the lease of this container instance expired";

    public static final String RUNNING = "RUNNING";
    public static final String STOPPED = "STOPPED";

    public AcsTask {
        requireNonNull(arn, "task arn");
        requireNonNull(desiredStatus, "desiredStatus");
        containers = List.copyOf(containers);
        volumes = List.copyOf(volumes);
        elasticNetworkInterfaces = List.copyOf(elasticNetworkInterfaces);
        associations = List.copyOf(associations);
        attachments = List.copyOf(attachments);
    }

    /** The order to stop a task: nothing more is needed for it. */
    public static AcsTask stop(String arn) {
        return new Builder(arn, STOPPED).build();
    }

    /** A task to run; add what it has. */
    public static Builder run(String arn, String family, String version) {
        Builder builder = new Builder(arn, RUNNING);
        builder.family = family;
        builder.version = version;
        return builder;
    }

    /** The same task with other credentials. */
    public AcsTask withCredentials(
            @Nullable RoleCredentials application, @Nullable RoleCredentials execution) {
        return with(application, execution, containers);
    }

    /** The same task with other containers. */
    public AcsTask withContainers(List<AcsContainer> others) {
        return with(roleCredentials, executionRoleCredentials, others);
    }

    private AcsTask with(
            @Nullable RoleCredentials application,
            @Nullable RoleCredentials execution,
            List<AcsContainer> others) {
        return new AcsTask(
                arn,
                desiredStatus,
                family,
                version,
                taskClusterArn,
                taskDefinitionAccountId,
                zone,
                overrides,
                cpu,
                memory,
                networkMode,
                launchType,
                pidMode,
                ipcMode,
                serviceName,
                group,
                enableFaultInjection,
                agentConfiguration,
                application,
                execution,
                proxyConfiguration,
                trustedExecutionConfiguration,
                others,
                volumes,
                elasticNetworkInterfaces,
                associations,
                attachments,
                leaseMillis);
    }

    /** What may be kept on a disk: of the credentials only their ids and roles. */
    public AcsTask withoutSecrets() {
        return withCredentials(
                roleCredentials == null ? null : roleCredentials.withoutSecrets(),
                executionRoleCredentials == null
                        ? null
                        : executionRoleCredentials.withoutSecrets());
    }

    /**
     * Credentials of a role, as a container will read them.
     *
     * @param credentialsId constant for the life of the task
     * @param expiration RFC 3339
     */
    public record RoleCredentials(
            String credentialsId,
            @Nullable String roleArn,
            @Nullable String accessKeyId,
            @Nullable String secretAccessKey,
            @Nullable String sessionToken,
            @Nullable String expiration,
            @Nullable String credentialScope) {
        public RoleCredentials {
            requireNonNull(credentialsId, "credentialsId");
        }

        RoleCredentials withoutSecrets() {
            return new RoleCredentials(credentialsId, roleArn, null, null, null, null, null);
        }

        /** Without the secrets: records end up in logs. */
        @Override
        public String toString() {
            return "RoleCredentials[" + credentialsId + ", " + roleArn + ']';
        }
    }

    /** App Mesh. */
    public record ProxyConfiguration(
            @Nullable String type, @Nullable String containerName, Map<String, String> properties) {
        public ProxyConfiguration {
            properties = Map.copyOf(properties);
        }
    }

    /**
     * How strictly the task is kept apart.
     *
     * @param isolationMode SHARED, EXCLUSIVE or ISOLATED_PARTITION
     */
    public record TrustedExecutionConfiguration(@Nullable String isolationMode) {}

    /**
     * A device of a task.
     *
     * @param name of a GPU: its id
     * @param type gpu or elastic-inference
     * @param containers those that may use it
     */
    public record Association(
            @Nullable String name,
            @Nullable String type,
            @Nullable EncodedString content,
            List<String> containers) {
        public Association {
            containers = List.copyOf(containers);
        }

        /** A GPU that one container has to itself. */
        public static Association gpu(String id, String container) {
            return new Association(id, "gpu", null, List.of(container));
        }
    }

    /**
     * A value and how it is written.
     *
     * @param encoding identity or base64
     */
    public record EncodedString(@Nullable String value, @Nullable String encoding) {}

    /** What is attached to a task, by type and properties. */
    public record Attachment(
            @Nullable String attachmentArn,
            @Nullable String attachmentType,
            List<AttachmentProperty> attachmentProperties) {
        public Attachment {
            attachmentProperties = List.copyOf(attachmentProperties);
        }
    }

    /** One property of an {@link Attachment}. */
    public record AttachmentProperty(String name, @Nullable String value) {}

    /** Collects the members that tasks of Gantry have; the others stay absent. */
    public static final class Builder {
        private final String arn;
        private final String desiredStatus;
        private @Nullable String family;
        private @Nullable String version;
        private @Nullable String taskClusterArn;
        private @Nullable Double cpu;
        private @Nullable Integer memory;
        private @Nullable String networkMode;
        private @Nullable String launchType;
        private @Nullable String pidMode;
        private @Nullable String ipcMode;
        private @Nullable String serviceName;
        private @Nullable String group;
        private @Nullable RoleCredentials roleCredentials;
        private @Nullable RoleCredentials executionRoleCredentials;
        private List<AcsContainer> containers = List.of();
        private List<AcsVolume> volumes = List.of();
        private List<Association> associations = List.of();
        private @Nullable Long leaseMillis;

        private Builder(String arn, String desiredStatus) {
            this.arn = arn;
            this.desiredStatus = desiredStatus;
        }

        public Builder taskClusterArn(String value) {
            taskClusterArn = value;
            return this;
        }

        /** The limits of the whole task: vCPU and MiB. */
        public Builder limits(@Nullable Double vcpu, @Nullable Integer memoryMib) {
            cpu = vcpu;
            memory = memoryMib;
            return this;
        }

        public Builder networkMode(@Nullable String value) {
            networkMode = value;
            return this;
        }

        public Builder launchType(@Nullable String value) {
            launchType = value;
            return this;
        }

        public Builder pidMode(@Nullable String value) {
            pidMode = value;
            return this;
        }

        public Builder ipcMode(@Nullable String value) {
            ipcMode = value;
            return this;
        }

        public Builder serviceName(@Nullable String value) {
            serviceName = value;
            return this;
        }

        public Builder group(@Nullable String value) {
            group = value;
            return this;
        }

        public Builder roleCredentials(@Nullable RoleCredentials value) {
            roleCredentials = value;
            return this;
        }

        public Builder executionRoleCredentials(@Nullable RoleCredentials value) {
            executionRoleCredentials = value;
            return this;
        }

        public Builder containers(List<AcsContainer> value) {
            containers = value;
            return this;
        }

        public Builder volumes(List<AcsVolume> value) {
            volumes = value;
            return this;
        }

        public Builder associations(List<Association> value) {
            associations = value;
            return this;
        }

        public Builder leaseMillis(@Nullable Long value) {
            leaseMillis = value;
            return this;
        }

        public AcsTask build() {
            return new AcsTask(
                    arn,
                    desiredStatus,
                    family,
                    version,
                    taskClusterArn,
                    null,
                    null,
                    null,
                    cpu,
                    memory,
                    networkMode,
                    launchType,
                    pidMode,
                    ipcMode,
                    serviceName,
                    group,
                    null,
                    null,
                    roleCredentials,
                    executionRoleCredentials,
                    null,
                    null,
                    containers,
                    volumes,
                    List.of(),
                    associations,
                    List.of(),
                    leaseMillis);
        }
    }
}
