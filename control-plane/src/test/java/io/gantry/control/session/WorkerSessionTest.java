package io.gantry.control.session;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.AcsMessage.GantryInventoryMessage;
import io.gantry.common.acs.AcsMessage.HeartbeatAckRequest;
import io.gantry.common.acs.AcsMessage.HeartbeatMessage;
import io.gantry.common.acs.AcsMessage.IAMRoleCredentialsAckRequest;
import io.gantry.common.acs.AcsMessage.IAMRoleCredentialsMessage;
import io.gantry.common.acs.AcsMessage.PayloadMessage;
import io.gantry.common.acs.AcsMessage.TaskIdentifier;
import io.gantry.common.acs.AcsMessage.TaskManifestMessage;
import io.gantry.common.acs.AcsMessage.TaskStopVerificationAck;
import io.gantry.common.acs.AcsMessage.TaskStopVerificationMessage;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.SigV4;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.roles.RoleKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

class WorkerSessionTest {
    private final World world = new World();
    private final Sessions sessions =
            new Sessions(world.log, world.log, world.live, world.time, world.time, "n1");
    private final WorkerId worker = world.worker();
    private final Agent agent = new Agent();

    WorkerSessionTest() {
        sessions.start();
    }

    private static final class Agent implements Outbound {
        private final List<AcsMessage> received = new ArrayList<>();
        private boolean writable = true;
        private boolean closed;

        @Override
        public void send(AcsMessage message) {
            received.add(message);
        }

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void close(String reason) {
            closed = true;
        }

        private <T extends AcsMessage> List<T> all(Class<T> type) {
            return received.stream().filter(type::isInstance).map(type::cast).toList();
        }

        private List<String> orders() {
            return all(PayloadMessage.class).stream()
                    .flatMap(payload -> payload.tasks().stream())
                    .map(task -> task.desiredStatus() + " " + id(task))
                    .toList();
        }

        private static String id(AcsTask task) {
            return task.arn().substring(task.arn().lastIndexOf('/') + 1);
        }
    }

    private WorkerSession open() {
        WorkerSession session = sessions.open(worker, world.connect(worker), agent);
        world.time.settle();
        return session;
    }

    @Test
    void aConnectIsFollowedByTheTasksToRunAndTheManifest() {
        world.connect(worker);
        TaskId task = world.run(worker);
        open();
        assertThat(agent.orders()).containsExactly("RUNNING " + task);
        assertThat(agent.all(TaskManifestMessage.class).getFirst().tasks())
                .extracting(TaskIdentifier::taskArn)
                .containsExactly("arn:aws:ecs:us-east-1:123456789012:task/demo/" + task);
        assertThat(agent.all(HeartbeatMessage.class)).hasSize(1);
    }

    @Test
    void eachTaskIsOrderedOnceAndStoppedOnce() {
        open();
        TaskId task = world.run(worker);
        world.time.advance(Duration.ofSeconds(30));
        world.observe(task, Status.RUNNING);
        world.log.apply(new Command.StopTask(task, "UserInitiated", "enough"));
        world.time.advance(Duration.ofSeconds(15));
        assertThat(agent.orders()).containsExactly("RUNNING " + task, "STOPPED " + task);
    }

    @Test
    void aTaskSeenStoppedIsNeverOrderedAgain() {
        open();
        TaskId task = world.run(worker);
        world.time.settle();
        world.observe(task, Status.STOPPED);
        agent.received.clear();
        open();
        assertThat(agent.orders()).isEmpty();
        assertThat(agent.all(TaskManifestMessage.class).getFirst().tasks()).isEmpty();
    }

    @Test
    void laterTasksOfAServiceAreToldTheContentThatTheFirstHasFound() {
        open();
        world.service(2);
        Service service = Check.present(world.log.state().services().get(World.WEB), "service");
        CommitPlan plan =
                Check.present(
                        Reconciler.next(world.log.state(), service, world.ids, world.random),
                        "plan");
        world.log.apply(startingOnly(plan, plan.starts().getFirst()));
        world.time.settle();
        String digest = "sha256:" + "d".repeat(64);
        TaskId first = plan.starts().getFirst().task();
        var seen = new ContainerSeen("main", null, null, null, null, digest, null, null);
        var observation = new Observation(first, Status.PENDING, null, List.of(seen), 0, 0, 0);
        world.log.apply(new Command.ObserveTasks(List.of(observation)));

        Service later = Check.present(world.log.state().services().get(World.WEB), "service");
        world.log.apply(
                Check.present(
                        Reconciler.next(world.log.state(), later, world.ids, world.random),
                        "plan"));
        world.time.settle();
        assertThat(agent.all(PayloadMessage.class))
                .flatExtracting(PayloadMessage::tasks)
                .flatExtracting(AcsTask::containers)
                .extracting(AcsContainer::image)
                .containsExactly("busybox", "busybox@" + digest);
    }

    private static CommitPlan startingOnly(CommitPlan plan, Command.Start start) {
        return new CommitPlan(
                plan.service(),
                plan.basedOn(),
                plan.launch(),
                List.of(start),
                plan.stops(),
                plan.complaint());
    }

    @Test
    void sequenceNumbersGrowOverSessions() {
        open();
        world.run(worker);
        world.time.settle();
        open();
        world.run(worker);
        world.time.settle();
        List<Long> numbers =
                agent.received.stream()
                        .flatMap(
                                message ->
                                        switch (message) {
                                            case PayloadMessage payload ->
                                                    Stream.of(payload.seqNum());
                                            case TaskManifestMessage manifest ->
                                                    Stream.of(manifest.timeline());
                                            default -> Stream.<Long>empty();
                                        })
                        .toList();
        assertThat(numbers).hasSizeGreaterThan(3).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void nothingIsSentWhileTheSocketIsFullAndItIsMadeUpForLater() {
        open();
        agent.writable = false;
        TaskId task = world.run(worker);
        world.time.advance(Duration.ofSeconds(1));
        assertThat(agent.orders()).isEmpty();
        agent.writable = true;
        world.time.advance(WorkerSession.LOOK);
        assertThat(agent.orders()).containsExactly("RUNNING " + task);
    }

    @Test
    void onlyWhatShouldNotRunIsConfirmedForStopping() {
        WorkerSession session = open();
        TaskId wanted = world.run(worker);
        String arn = "arn:aws:ecs:us-east-1:123456789012:task/demo/";
        session.received(
                new TaskStopVerificationMessage(
                        "m",
                        List.of(
                                new TaskIdentifier(arn + wanted, null, "STOPPED"),
                                new TaskIdentifier(arn + world.ids.task(), null, "STOPPED"))));
        assertThat(agent.all(TaskStopVerificationAck.class).getFirst().stopTasks()).hasSize(1);
    }

    @Test
    void anInventoryWithoutARunningTaskEndsIt() {
        WorkerSession session = open();
        TaskId task = world.run(worker);
        world.observe(task, Status.RUNNING);
        session.received(new GantryInventoryMessage(List.of()));
        world.time.advance(Duration.ofSeconds(1));
        assertThat(world.log.state().tasks().get(task))
                .extracting(row -> row == null ? null : row.last())
                .isEqualTo(Status.STOPPED);
    }

    /** Agents drop a connection on which they hear nothing for a minute. */
    @Test
    void aHeartbeatComesAtLeastTwiceAMinute() {
        WorkerSession session = open();
        for (int half = 1; half <= 6; half++) {
            int before = agent.all(HeartbeatMessage.class).size();
            world.time.advance(Duration.ofSeconds(30));
            assertThat(agent.all(HeartbeatMessage.class).size()).isGreaterThan(before);
            session.received(new HeartbeatAckRequest("x"));
        }
    }

    @Test
    void aSilentAgentIsDisconnectedAndOneThatAnswersIsNot() {
        WorkerSession session = open();
        for (int i = 0; i < 10; i++) {
            world.time.advance(WorkerSession.HEARTBEAT);
            session.received(new HeartbeatAckRequest("x"));
        }
        assertThat(agent.closed).isFalse();
        world.time.advance(WorkerSession.SILENCE.plus(WorkerSession.HEARTBEAT.multipliedBy(2)));
        assertThat(agent.closed).isTrue();
        assertThat(world.log.state().workers().values().noneMatch(row -> row.connected())).isTrue();
        assertThat(world.live.heartbeat(worker)).isNull();
    }

    @Test
    void aSecondConnectEndsTheFirstWithoutDisconnectingTheWorker() {
        var first = new Agent();
        sessions.open(worker, world.connect(worker), first);
        world.time.settle();
        open();
        world.time.advance(Duration.ofSeconds(1));
        assertThat(first.closed).isTrue();
        assertThat(agent.closed).isFalse();
        assertThat(world.log.state().workers().values().allMatch(row -> row.connected())).isTrue();
        assertThat(sessions.connections()).isEqualTo(1);
    }

    @Test
    void aSessionThatAnotherNodeHasTakenOverEnds() {
        open();
        world.connect(worker);
        world.time.settle();
        assertThat(agent.closed).isTrue();
    }

    @Test
    void whatWasNotReportedIsToldAgainInTheNextSession() {
        open();
        TaskId task = world.run(worker);
        world.time.advance(Duration.ofSeconds(30));
        assertThat(agent.orders()).containsExactly("RUNNING " + task);
        open();
        assertThat(agent.orders()).containsExactly("RUNNING " + task, "RUNNING " + task);
    }

    @Test
    void aSessionThatTheClusterHasEndedIsClosed() {
        WorkerSession session = open();
        world.log.apply(new Command.DisconnectWorker(worker, session.number()));
        world.time.settle();
        assertThat(agent.closed).isTrue();
    }

    @Test
    void ofTwoSessionsTheLaterOneStaysInWhateverOrderTheyOpen() {
        var slow = new Agent();
        long first = world.connect(worker);
        open();
        sessions.open(worker, first, slow);
        world.time.advance(Duration.ofSeconds(1));
        assertThat(slow.closed).isTrue();
        assertThat(agent.closed).isFalse();
        assertThat(world.log.state().workers().values().allMatch(row -> row.connected())).isTrue();
        assertThat(sessions.connections()).isEqualTo(1);
    }

    @Test
    void anInventoryThatTheLogDoesNotTakeIsAskedForByANewSession() {
        WorkerSession session = open();
        world.log.fail(true);
        session.received(new GantryInventoryMessage(List.of()));
        world.time.advance(Duration.ofSeconds(1));
        assertThat(agent.closed).isTrue();
    }

    @Test
    void anAgentThatLeavesDuringItsUpgradeIsNotTakenForConnected() {
        sessions.abandoned(worker, world.connect(worker));
        world.time.advance(Duration.ofSeconds(1));
        assertThat(world.log.state().workers().values().noneMatch(row -> row.connected())).isTrue();
    }

    private static final String ROLE = "arn:aws:iam::123456789012:role/app";

    /** A definition with a role for its tasks and one for the agent. */
    @SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
    private TaskDefinitionKey withRoles() {
        var app =
                TaskDefinition.builder()
                        .family("roles")
                        .taskRoleArn(ROLE)
                        .executionRoleArn("pull")
                        .containerDefinitions(c -> c.name("main").image("busybox").memory(128))
                        .build();
        var small = new Footprint(new Resources(256, 128), List.of(), List.of());
        var reply = world.log.apply(new Command.RegisterTaskDefinition(app, List.of(), small));
        return ((Reply.Registered) reply.reply()).key();
    }

    private List<IAMRoleCredentialsMessage> pushes() {
        return agent.all(IAMRoleCredentialsMessage.class);
    }

    private SigV4.Key key(RoleCredentials credentials) {
        return Check.present(
                RoleKeys.of(Check.present(world.log.state().realm(), "realm"))
                        .find(
                                Check.present(credentials.accessKeyId(), "id"),
                                credentials.sessionToken(),
                                world.time.now()),
                "key");
    }

    @Test
    void aTaskWithRolesIsToldWithItsCredentials() {
        open();
        TaskId task = world.run(worker, withRoles(), null);
        world.time.settle();
        AcsTask told = agent.all(PayloadMessage.class).getFirst().tasks().getFirst();
        RoleCredentials application = Check.present(told.roleCredentials(), "application");
        RoleCredentials execution = Check.present(told.executionRoleCredentials(), "execution");
        assertThat(application.roleArn()).isEqualTo(ROLE);
        assertThat(execution.roleArn()).isEqualTo("arn:aws:iam::123456789012:role/pull");
        assertThat(application.credentialsId()).isNotEqualTo(execution.credentialsId());
        assertThat(Instant.parse(Check.present(application.expiration(), "expiration")))
                .isEqualTo(world.time.now().plus(RoleKeys.LIFETIME).truncatedTo(SECONDS));
        assertThat(key(application).role())
                .isEqualTo(
                        new AssumedRole(
                                ROLE,
                                "arn:aws:ecs:us-east-1:123456789012:task/demo/" + task,
                                true));
        assertThat(pushes()).isEmpty();
    }

    @Test
    void rolesNamedForARunReplaceThoseOfTheDefinition() {
        open();
        var overrides = TaskOverride.builder().taskRoleArn("other").executionRoleArn("x").build();
        world.run(worker, withRoles(), overrides);
        world.time.settle();
        AcsTask told = agent.all(PayloadMessage.class).getFirst().tasks().getFirst();
        assertThat(told.roleCredentials())
                .extracting(RoleCredentials::roleArn)
                .isEqualTo("arn:aws:iam::123456789012:role/other");
        assertThat(told.executionRoleCredentials())
                .extracting(RoleCredentials::roleArn)
                .isEqualTo("arn:aws:iam::123456789012:role/x");
    }

    @Test
    void aNewSessionGetsTheCredentialsOfWhatRunsUnderTheirOldIds() {
        open();
        TaskId task = world.run(worker, withRoles(), null);
        world.time.settle();
        world.run(worker);
        world.time.settle();
        world.observe(task, Status.RUNNING);
        AcsTask told = agent.all(PayloadMessage.class).getFirst().tasks().getFirst();
        agent.received.clear();
        open();
        assertThat(pushes())
                .extracting(IAMRoleCredentialsMessage::roleType)
                .containsExactly("TaskApplication", "TaskExecution");
        assertThat(pushes())
                .allSatisfy(push -> assertThat(push.taskArn()).isEqualTo(told.arn()))
                .extracting(push -> push.roleCredentials().credentialsId())
                .containsExactly(
                        Check.present(told.roleCredentials(), "application").credentialsId(),
                        Check.present(told.executionRoleCredentials(), "execution")
                                .credentialsId());
    }

    @Test
    void credentialsAreRefreshedWellBeforeTheyExpireAndNotSooner() {
        WorkerSession session = open();
        TaskId task = world.run(worker, withRoles(), null);
        world.time.settle();
        world.observe(task, Status.RUNNING);
        live(session, CredentialPushes.REFRESH.minusMinutes(1));
        assertThat(pushes()).isEmpty();
        live(session, Duration.ofMinutes(2));
        assertThat(pushes()).hasSize(2);
        Duration left =
                Duration.between(
                        world.time.now(),
                        Instant.parse(
                                Check.present(
                                        pushes().getFirst().roleCredentials().expiration(),
                                        "expiration")));
        assertThat(left).isGreaterThan(RoleKeys.LIFETIME.minusMinutes(3));
        world.log.apply(new Command.StopTask(task, "UserInitiated", "enough"));
        world.observe(task, Status.STOPPED);
        live(session, RoleKeys.LIFETIME);
        assertThat(pushes()).hasSize(2);
    }

    @Test
    void credentialsWaitForRoomInTheSocket() {
        world.connect(worker);
        TaskId task = world.run(worker, withRoles(), null);
        world.observe(task, Status.RUNNING);
        agent.writable = false;
        open();
        assertThat(pushes()).isEmpty();
        agent.writable = true;
        world.time.advance(WorkerSession.LOOK);
        assertThat(pushes()).hasSize(2);
    }

    /** The agent says no more than that it has stored what it was sent. */
    private void live(WorkerSession session, Duration duration) {
        long steps = duration.dividedBy(WorkerSession.HEARTBEAT);
        for (long i = 0; i < steps; i++) {
            world.time.advance(WorkerSession.HEARTBEAT);
            session.received(new IAMRoleCredentialsAckRequest("x", null, "y"));
        }
        assertThat(agent.closed).isFalse();
    }
}
