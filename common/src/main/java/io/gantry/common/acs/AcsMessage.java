package io.gantry.common.acs;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A frame of the agent communication channel. The wire's {@code type} is the record's name. */
public sealed interface AcsMessage {

    /** Server to agent: still here, and please answer. */
    record HeartbeatMessage(String messageId, boolean healthy) implements AcsMessage {
        public HeartbeatMessage {
            requireNonNull(messageId, "messageId");
        }
    }

    /** Agent to server: the answer to a {@link HeartbeatMessage}. */
    record HeartbeatAckRequest(String messageId) implements AcsMessage {
        public HeartbeatAckRequest {
            requireNonNull(messageId, "messageId");
        }
    }

    /**
     * Server to agent: tasks to run or to stop.
     *
     * @param generatedAt milliseconds since the epoch
     * @param seqNum from the one growing counter of this container instance
     */
    record PayloadMessage(
            String messageId,
            String clusterArn,
            String containerInstanceArn,
            long generatedAt,
            long seqNum,
            @Nullable Long timeline,
            List<AcsTask> tasks)
            implements AcsMessage {
        public PayloadMessage {
            requireNonNull(messageId, "messageId");
            requireNonNull(clusterArn, "clusterArn");
            requireNonNull(containerInstanceArn, "containerInstanceArn");
            tasks = List.copyOf(tasks);
        }
    }

    /**
     * Server to agent: everything that should be running there. Answered by an {@link AckRequest}
     * and, if something else runs too, a {@link TaskStopVerificationMessage}.
     *
     * @param timeline from the one growing counter of this container instance
     */
    record TaskManifestMessage(
            String messageId,
            String clusterArn,
            String containerInstanceArn,
            long generatedAt,
            long timeline,
            List<TaskIdentifier> tasks)
            implements AcsMessage {
        public TaskManifestMessage {
            requireNonNull(messageId, "messageId");
            requireNonNull(clusterArn, "clusterArn");
            requireNonNull(containerInstanceArn, "containerInstanceArn");
            tasks = List.copyOf(tasks);
        }
    }

    /** Agent to server: these run, yet the manifest does not list them; shall I stop them? */
    record TaskStopVerificationMessage(String messageId, List<TaskIdentifier> stopCandidates)
            implements AcsMessage {
        public TaskStopVerificationMessage {
            requireNonNull(messageId, "messageId");
            stopCandidates = List.copyOf(stopCandidates);
        }
    }

    /** Server to agent: yes, stop these. */
    record TaskStopVerificationAck(
            String messageId, long generatedAt, List<TaskIdentifier> stopTasks)
            implements AcsMessage {
        public TaskStopVerificationAck {
            requireNonNull(messageId, "messageId");
            stopTasks = List.copyOf(stopTasks);
        }
    }

    /** Agent to server: the message was taken over. */
    record AckRequest(String cluster, String containerInstance, String messageId)
            implements AcsMessage {
        public AckRequest {
            requireNonNull(messageId, "messageId");
        }
    }

    /** Agent to server: the message was refused. */
    record NackRequest(
            String cluster, String containerInstance, String messageId, @Nullable String reason)
            implements AcsMessage {
        public NackRequest {
            requireNonNull(messageId, "messageId");
        }
    }

    /** Server to agent: credentials of a task's role. */
    record IAMRoleCredentialsMessage(
            String messageId,
            String taskArn,
            @Nullable String taskClusterArn,
            String roleType,
            AcsTask.RoleCredentials roleCredentials)
            implements AcsMessage {
        public static final String TASK_APPLICATION = "TaskApplication";
        public static final String TASK_EXECUTION = "TaskExecution";

        public IAMRoleCredentialsMessage {
            requireNonNull(messageId, "messageId");
            requireNonNull(taskArn, "taskArn");
            requireNonNull(roleType, "roleType");
            requireNonNull(roleCredentials, "roleCredentials");
        }
    }

    /** Agent to server: the credentials were stored. */
    record IAMRoleCredentialsAckRequest(
            String messageId, @Nullable String expiration, String credentialsId)
            implements AcsMessage {
        public IAMRoleCredentialsAckRequest {
            requireNonNull(messageId, "messageId");
            requireNonNull(credentialsId, "credentialsId");
        }
    }

    /** Server to agent: network interfaces that will appear for a task. */
    record AttachTaskNetworkInterfacesMessage(
            String messageId,
            String clusterArn,
            String containerInstanceArn,
            String taskArn,
            @Nullable String taskClusterArn,
            long generatedAt,
            long waitTimeoutMs,
            List<AcsNetworkInterface> elasticNetworkInterfaces)
            implements AcsMessage {
        public AttachTaskNetworkInterfacesMessage {
            requireNonNull(messageId, "messageId");
            elasticNetworkInterfaces = List.copyOf(elasticNetworkInterfaces);
        }
    }

    /** Server to agent: network interfaces that will appear for the machine. */
    record AttachInstanceNetworkInterfacesMessage(
            String messageId,
            String clusterArn,
            String containerInstanceArn,
            long generatedAt,
            long waitTimeoutMs,
            List<AcsNetworkInterface> elasticNetworkInterfaces)
            implements AcsMessage {
        public AttachInstanceNetworkInterfacesMessage {
            requireNonNull(messageId, "messageId");
            elasticNetworkInterfaces = List.copyOf(elasticNetworkInterfaces);
        }
    }

    /** Server to agent: a block device that will appear. */
    record ConfirmAttachmentMessage(
            String messageId,
            String clusterArn,
            String containerInstanceArn,
            @Nullable String taskArn,
            @Nullable String taskClusterArn,
            long generatedAt,
            @Nullable Long waitTimeoutMs,
            AcsTask.Attachment attachment)
            implements AcsMessage {
        public ConfirmAttachmentMessage {
            requireNonNull(messageId, "messageId");
            requireNonNull(attachment, "attachment");
        }
    }

    /** Server to agent: fetch this version of yourself. */
    record StageUpdateMessage(
            String messageId,
            @Nullable String clusterArn,
            @Nullable String containerInstanceArn,
            @Nullable UpdateInfo updateInfo)
            implements AcsMessage {
        public StageUpdateMessage {
            requireNonNull(messageId, "messageId");
        }
    }

    /** Server to agent: become the staged version. */
    record PerformUpdateMessage(
            String messageId,
            @Nullable String clusterArn,
            @Nullable String containerInstanceArn,
            @Nullable UpdateInfo updateInfo)
            implements AcsMessage {
        public PerformUpdateMessage {
            requireNonNull(messageId, "messageId");
        }
    }

    /** Server to agent: something went wrong. An agent logs it and goes on. */
    record ErrorMessage(ErrorKind kind, @Nullable String message) implements AcsMessage {}

    /**
     * Gantry's extension, agent to server, right after each connect: every task the worker knows,
     * including stopped ones whose report is not acknowledged yet.
     */
    record GantryInventoryMessage(List<KnownTask> tasks) implements AcsMessage {
        public GantryInventoryMessage {
            tasks = List.copyOf(tasks);
        }

        /**
         * A task that the worker knows.
         *
         * @param status PENDING, RUNNING or STOPPED
         */
        public record KnownTask(String taskArn, String status) {
            public KnownTask {
                requireNonNull(taskArn, "taskArn");
                requireNonNull(status, "status");
            }
        }
    }

    /**
     * Gantry's extension, server to agent: dial back and carry one stream. Only for workers that
     * say {@code gantry.capability.streams}; there is no answer but the dialled socket.
     *
     * @param url where to dial, {@code http} or {@code https}; names the stream
     * @param kind {@link #LOGS} or {@link #EXEC}
     * @param command what to execute; empty for logs
     * @param tty whether the command gets a terminal
     * @param columns of the terminal; 0 if that is not known
     * @param rows of the terminal; 0 if that is not known
     * @param follow whether to go on with what is still to be logged
     * @param tail how many of the latest lines; null for all
     * @param sinceSeconds of the epoch; null for all
     */
    record GantryStreamMessage(
            String messageId,
            String streamId,
            String url,
            String kind,
            String taskArn,
            String containerName,
            List<String> command,
            boolean tty,
            int columns,
            int rows,
            boolean follow,
            @Nullable Integer tail,
            @Nullable Long sinceSeconds,
            boolean timestamps)
            implements AcsMessage {
        public static final String LOGS = "logs";
        public static final String EXEC = "exec";

        /** The attribute of workers that understand this message. */
        public static final String CAPABILITY = "gantry.capability.streams";

        /** The attribute of workers that can give a command a terminal. */
        public static final String TTY_CAPABILITY = "gantry.capability.streams-tty";

        public GantryStreamMessage {
            requireNonNull(messageId, "messageId");
            requireNonNull(streamId, "streamId");
            requireNonNull(url, "url");
            requireNonNull(kind, "kind");
            requireNonNull(taskArn, "taskArn");
            requireNonNull(containerName, "containerName");
            command = List.copyOf(command);
        }
    }

    /**
     * Gantry's extension, agent to server, every few seconds: still here, and please renew the
     * lease. Only sent once the server has said that it grants leases.
     *
     * @param number of this heartbeat, from 1 on; no two of a connection have the same
     */
    record GantryHeartbeatMessage(long number) implements AcsMessage {}

    /**
     * Gantry's extension, server to agent: when the agent sent the heartbeat of this number the
     * cluster took it for connected, so nothing of what it runs is replaced before its lease,
     * counted from then on, is over. Only for workers that say {@code gantry.capability.lease}.
     *
     * @param number of the heartbeat that is answered; 0 announces that leases are granted
     */
    record GantryLeaseMessage(long number) implements AcsMessage {
        /** The attribute of workers that end tasks whose lease is over, whatever happens. */
        public static final String CAPABILITY = "gantry.capability.lease";
    }

    /**
     * A task by name.
     *
     * @param desiredStatus RUNNING or STOPPED
     */
    record TaskIdentifier(String taskArn, @Nullable String taskClusterArn, String desiredStatus) {
        public TaskIdentifier {
            requireNonNull(taskArn, "taskArn");
            requireNonNull(desiredStatus, "desiredStatus");
        }
    }

    /**
     * Where a new agent is.
     *
     * @param signature SHA-256 of the file, in hexadecimal
     */
    record UpdateInfo(@Nullable String location, @Nullable String signature) {}

    /** The frame types that carry nothing but a text; also bodies of refused upgrades. */
    enum ErrorKind {
        CLOSE("CloseMessage"),
        ERROR("ErrorMessage"),
        SERVER("ServerException"),
        BAD_REQUEST("BadRequestException"),
        INVALID_CLUSTER("InvalidClusterException"),
        INVALID_INSTANCE("InvalidInstanceException"),
        ACCESS_DENIED("AccessDeniedException"),
        INACTIVE_INSTANCE("InactiveInstanceException");

        private final String wireType;

        ErrorKind(String wireType) {
            this.wireType = wireType;
        }

        public String wireType() {
            return wireType;
        }
    }
}
