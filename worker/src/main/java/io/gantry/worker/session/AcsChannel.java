package io.gantry.worker.session;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.AcsMessage.TaskIdentifier;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.MalformedMessageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channel over which work arrives. */
final class AcsChannel implements Link.Use {
    private static final Logger log = LoggerFactory.getLogger(AcsChannel.class);
    static final String UPDATES_DISABLED = "Updates are disabled";

    private final SessionParts parts;
    private final Link link;
    private final LeaseHeartbeats leases;
    private boolean connectedOnce;
    private @Nullable String verificationId;

    AcsChannel(SessionParts parts, Backoff backoff) {
        this.parts = parts;
        link = new Link("acs", parts, backoff, this);
        leases = new LeaseHeartbeats(parts, this::send, link::leave);
    }

    Link link() {
        return link;
    }

    @Override
    public String endpointMember() {
        return "endpoint";
    }

    @Override
    public Map<String, String> parameters() {
        Map<String, String> parameters = new TreeMap<>();
        parameters.put("agentHash", "gantry");
        parameters.put("agentVersion", parts.settings().agentVersion());
        parameters.put("clusterArn", parts.settings().cluster());
        parameters.put("containerInstanceArn", instance());
        parameters.put("dockerVersion", "DockerVersion: " + parts.settings().engineVersion());
        parameters.put("protocolVersion", "2");
        parameters.put("sendCredentials", Boolean.toString(!connectedOnce));
        parameters.put("seqNum", "1");
        return parameters;
    }

    private String instance() {
        return String.valueOf(parts.tasks().containerInstanceArn());
    }

    @Override
    public void opened() {
        connectedOnce = true;
        log.atInfo().addKeyValue("address", String.valueOf(link.uri())).log("connected");
        send(new AcsMessage.GantryInventoryMessage(parts.tasks().known()));
    }

    @Override
    public void closed() {
        verificationId = null;
        leases.stop();
    }

    private void send(AcsMessage message) {
        link.send(AcsCodec.encode(message));
    }

    @Override
    public boolean received(String frame) {
        AcsMessage message;
        try {
            message = AcsCodec.decode(frame);
        } catch (MalformedMessageException malformed) {
            log.atWarn().addKeyValue("error", malformed.getMessage()).log("bad frame ignored");
            return false;
        }
        if (message == null) {
            return false;
        }
        switch (message) {
            case AcsMessage.HeartbeatMessage heartbeat ->
                    send(new AcsMessage.HeartbeatAckRequest(heartbeat.messageId()));
            case AcsMessage.PayloadMessage payload -> payload(payload);
            case AcsMessage.TaskManifestMessage manifest -> manifest(manifest);
            case AcsMessage.TaskStopVerificationAck stop -> stopVerified(stop);
            case AcsMessage.IAMRoleCredentialsMessage credentials -> credentials(credentials);
            case AcsMessage.GantryStreamMessage order -> parts.tasks().openStream(order);
            case AcsMessage.GantryLeaseMessage lease -> leases.received(lease);
            case AcsMessage.StageUpdateMessage update -> nack(update.messageId(), UPDATES_DISABLED);
            case AcsMessage.PerformUpdateMessage update ->
                    nack(update.messageId(), UPDATES_DISABLED);
            case AcsMessage.AttachTaskNetworkInterfacesMessage attach ->
                    nack(attach.messageId(), "network interfaces are not supported");
            case AcsMessage.AttachInstanceNetworkInterfacesMessage attach ->
                    nack(attach.messageId(), "network interfaces are not supported");
            case AcsMessage.ConfirmAttachmentMessage attach ->
                    nack(attach.messageId(), "attachments are not supported");
            case AcsMessage.ErrorMessage(var kind, var text) ->
                    log.atWarn()
                            .addKeyValue("kind", kind.wireType())
                            .addKeyValue("text", text)
                            .log("control plane sent an error");
            case AcsMessage.HeartbeatAckRequest _,
                    AcsMessage.TaskStopVerificationMessage _,
                    AcsMessage.AckRequest _,
                    AcsMessage.NackRequest _,
                    AcsMessage.IAMRoleCredentialsAckRequest _,
                    AcsMessage.GantryInventoryMessage _,
                    AcsMessage.GantryHeartbeatMessage _ ->
                    log.atWarn().addKeyValue("frame", frame).log("message in the wrong direction");
        }
        return true;
    }

    private void payload(AcsMessage.PayloadMessage payload) {
        if (payload.seqNum() > parts.tasks().sequence()) {
            parts.tasks().sequence(payload.seqNum());
        }
        List<AcsTask> tasks = new ArrayList<>(payload.tasks());
        tasks.sort(
                Comparator.comparingInt(
                        task -> task.desiredStatus().equals(AcsTask.STOPPED) ? 0 : 1));
        parts.tasks().assign(tasks);
        for (AcsTask task : tasks) {
            store(payload.messageId(), task, task.roleCredentials(), true);
            store(payload.messageId(), task, task.executionRoleCredentials(), false);
        }
        ack(payload.clusterArn(), payload.messageId());
    }

    private void store(
            String messageId,
            AcsTask task,
            AcsTask.@Nullable RoleCredentials credentials,
            boolean application) {
        if (credentials != null) {
            String type =
                    application
                            ? AcsMessage.IAMRoleCredentialsMessage.TASK_APPLICATION
                            : AcsMessage.IAMRoleCredentialsMessage.TASK_EXECUTION;
            store(messageId, task.arn(), type, credentials);
        }
    }

    private void store(
            String messageId, String taskArn, String type, AcsTask.RoleCredentials credentials) {
        if (parts.tasks().storeCredentials(taskArn, type, credentials)) {
            send(
                    new AcsMessage.IAMRoleCredentialsAckRequest(
                            messageId, credentials.expiration(), credentials.credentialsId()));
        }
    }

    private void credentials(AcsMessage.IAMRoleCredentialsMessage message) {
        store(
                message.messageId(),
                message.taskArn(),
                message.roleType(),
                message.roleCredentials());
    }

    private void manifest(AcsMessage.TaskManifestMessage manifest) {
        if (manifest.timeline() <= parts.tasks().sequence()) {
            return;
        }
        parts.tasks().sequence(manifest.timeline());
        ack(manifest.clusterArn(), manifest.messageId());
        Set<String> wanted = new HashSet<>();
        for (TaskIdentifier task : manifest.tasks()) {
            if (task.desiredStatus().equals(AcsTask.RUNNING)) {
                wanted.add(task.taskArn());
            }
        }
        List<TaskIdentifier> candidates =
                parts.tasks().wantedRunning().stream()
                        .filter(arn -> !wanted.contains(arn))
                        .map(arn -> new TaskIdentifier(arn, manifest.clusterArn(), AcsTask.STOPPED))
                        .toList();
        if (!candidates.isEmpty()) {
            verificationId = manifest.messageId();
            send(new AcsMessage.TaskStopVerificationMessage(manifest.messageId(), candidates));
        }
    }

    private void stopVerified(AcsMessage.TaskStopVerificationAck message) {
        if (!message.messageId().equals(verificationId)) {
            return;
        }
        verificationId = null;
        Set<String> running = Set.copyOf(parts.tasks().wantedRunning());
        parts.tasks()
                .assign(
                        message.stopTasks().stream()
                                .map(TaskIdentifier::taskArn)
                                .filter(running::contains)
                                .map(AcsTask::stop)
                                .toList());
    }

    private void ack(String cluster, String messageId) {
        send(new AcsMessage.AckRequest(cluster, instance(), messageId));
    }

    private void nack(String messageId, String reason) {
        send(new AcsMessage.NackRequest(parts.settings().cluster(), instance(), messageId, reason));
    }
}
