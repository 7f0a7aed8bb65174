package io.gantry.worker.session;

import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.worker.core.TaskReport;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * A worker's place in its cluster. Everything happens on the given loop; call its methods there.
 */
public final class ControlPlaneSession {
    private static final Logger log = LoggerFactory.getLogger(ControlPlaneSession.class);

    private static final String DEFAULT_CLUSTER = "default";

    private final SessionParts parts;
    private final AcsChannel acs;
    private final TcsChannel tcs;
    private final StateReporter reporter;
    private final Backoff registrationBackoff;
    private final String clientToken;
    private String lastComplaint = "";
    private boolean stopped;

    public ControlPlaneSession(
            SessionSettings settings,
            Transport transport,
            RequestSigner signer,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            WorkerTasks tasks) {
        FrontEnd frontEnd = new FrontEnd(transport, signer, clock, timers, settings.endpoints());
        parts = new SessionParts(settings, frontEnd, transport, signer, clock, timers, tasks);
        acs = new AcsChannel(parts, new Backoff(random));
        tcs = new TcsChannel(parts, new Backoff(random), () -> id(random));
        reporter =
                new StateReporter(
                        frontEnd, timers, () -> new Backoff(random), settings.cluster(), tasks);
        registrationBackoff = new Backoff(random);
        clientToken = id(random);
    }

    private static String id(RandomGenerator random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return UUID.nameUUIDFromBytes(
                        new String(bytes, StandardCharsets.ISO_8859_1)
                                .getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Registers, then keeps both sockets open until {@link #stop}. */
    public void start() {
        if (stopped) {
            return;
        }
        parts.frontEnd()
                .call(
                        "RegisterContainerInstance",
                        Requests.register(
                                parts.settings(),
                                clientToken,
                                parts.tasks().containerInstanceArn()),
                        this::registrationAnswered);
    }

    private void registrationAnswered(FrontEnd.Answer answer) {
        switch (answer) {
            case FrontEnd.Answer.Success(JsonNode body) -> {
                String arn =
                        body.path("containerInstance").path("containerInstanceArn").asString("");
                if (arn.isEmpty()) {
                    again("the control plane answered a registration without a name");
                } else {
                    registered(arn);
                }
            }
            case FrontEnd.Answer.Refused(var code, _) when isDefaultClusterMissing(code) ->
                    createCluster();
            case FrontEnd.Answer.Refused(var code, var message) ->
                    again(
                            parts.tasks().containerInstanceArn() == null
                                    ? code + ": " + message
                                    : "%s: %s (if the control plane has forgotten this worker for"
                                                    .formatted(code, message)
                                            + " good, stop it and empty its data directory)");
            case FrontEnd.Answer.Unavailable(var why) -> again(why);
        }
    }

    private boolean isDefaultClusterMissing(String code) {
        return code.equals("ClusterNotFoundException")
                && parts.settings().cluster().equals(DEFAULT_CLUSTER)
                && parts.tasks().containerInstanceArn() == null;
    }

    /** Amazon's agent, too, creates the default cluster, and no other one. */
    private void createCluster() {
        parts.frontEnd()
                .call(
                        "CreateCluster",
                        Requests.createCluster(DEFAULT_CLUSTER),
                        answer -> {
                            switch (answer) {
                                case FrontEnd.Answer.Success _ -> start();
                                case FrontEnd.Answer.Refused(var code, var message) ->
                                        again(code + ": " + message);
                                case FrontEnd.Answer.Unavailable(var why) -> again(why);
                            }
                        });
    }

    private void registered(String arn) {
        if (stopped) {
            return;
        }
        parts.tasks().registered(arn);
        log.atInfo()
                .addKeyValue("instance", arn)
                .addKeyValue("cluster", parts.settings().cluster())
                .log("registered");
        reporter.open();
        tcs.link().connect();
        acs.link().connect();
    }

    private void again(String why) {
        if (!why.equals(lastComplaint)) {
            lastComplaint = why;
            log.atWarn().addKeyValue("error", why).log("cannot register, trying on");
        }
        parts.timers().after(registrationBackoff.next(), this::start);
    }

    /** Reports until it is acknowledged, over whichever node answers. */
    public void report(TaskReport report) {
        reporter.submit(report);
    }

    /** A health check of the task has come to another result. */
    public void healthChanged(String taskArn) {
        tcs.healthChanged(taskArn);
    }

    /** Closes the sockets. Reports that are under way are left to the next start. */
    public void stop() {
        stopped = true;
        reporter.close();
        acs.link().stop();
        tcs.link().stop();
    }
}
