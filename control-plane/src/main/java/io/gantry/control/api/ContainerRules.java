package io.gantry.control.api;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerRestartPolicy;
import software.amazon.awssdk.services.ecs.model.HealthCheck;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.MountPoint;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RepositoryCredentials;

/** What may be a container of a task definition, and the values that ECS fills in. */
final class ContainerRules {
    /** Less than this is refused by the container runtime. */
    static final int LEAST_MEMORY_MIB = 6;

    private static final int LONGEST_IMAGE = 255;
    private static final int MOST_IGNORED_EXIT_CODES = 50;
    private static final Pattern IMAGE = Pattern.compile("[\\w\\[][\\w./:#\\[\\]-]*");
    private static final Pattern USER = Pattern.compile("[^\\s:]+(:[^\\s:]+)?");
    private static final Pattern SECRET =
            Pattern.compile(
                    "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[\\w/+=.@-]{1,512}"
                            + "|[\\w/+=.@-]{1,512}");
    private static final Set<String> SUPPORTED =
            Set.of(
                    "name",
                    "image",
                    "cpu",
                    "memory",
                    "memoryReservation",
                    "links",
                    "portMappings",
                    "essential",
                    "entryPoint",
                    "command",
                    "environment",
                    "mountPoints",
                    "volumesFrom",
                    "linuxParameters",
                    "dependsOn",
                    "startTimeout",
                    "stopTimeout",
                    "versionConsistency",
                    "hostname",
                    "user",
                    "workingDirectory",
                    "disableNetworking",
                    "privileged",
                    "readonlyRootFilesystem",
                    "dnsServers",
                    "dnsSearchDomains",
                    "extraHosts",
                    "dockerSecurityOptions",
                    "interactive",
                    "pseudoTerminal",
                    "dockerLabels",
                    "ulimits",
                    "logConfiguration",
                    "healthCheck",
                    "systemControls",
                    "restartPolicy",
                    "environmentFiles",
                    "repositoryCredentials",
                    "resourceRequirements");

    private final ContainerDefinition container;
    private final RegisterTaskDefinitionRequest task;
    private final Set<String> volumes;
    private final Complaints complaints;

    /**
     * The rules for a container.
     *
     * @param task the definition that it is part of
     * @param volumes names of the task's volumes
     */
    ContainerRules(
            ContainerDefinition container,
            RegisterTaskDefinitionRequest task,
            Set<String> volumes) {
        this.container = container;
        this.task = task;
        this.volumes = volumes;
        this.complaints = Complaints.ofDefinition(container.name());
    }

    static void name(ContainerDefinition container) {
        String name = container.name();
        if (name == null || name.isEmpty()) {
            throw ApiErrors.client("Container.name should not be null or empty.");
        }
        if (!Refs.NAME.matcher(name).matches()) {
            throw ApiErrors.client("Container.name contains invalid characters.");
        }
        if (container.image() == null || container.image().isBlank()) {
            throw ApiErrors.client("Container.image should not be null or empty.");
        }
    }

    /** The container with what was left out. */
    ContainerDefinition check() {
        complaints.refuseAllBut(SUPPORTED, container, "");
        image();
        registry(container.repositoryCredentials());
        sizes();
        environment();
        EnvironmentFiles.check(container.environmentFiles(), complaints);
        GpuRules.check(container.resourceRequirements(), complaints);
        mountPoints();
        restarts(container.restartPolicy());
        process();
        LogRules.check(container.logConfiguration(), complaints);
        new LinuxRules(container, task, complaints).check();
        NameRules.check(container, complaints);
        var ports = new PortRules(complaints, task.networkModeAsString());
        return container.toBuilder()
                .cpu(container.cpu() == null ? 0 : container.cpu())
                .essential(!Boolean.FALSE.equals(container.essential()))
                .portMappings(ports.check(container.portMappings()))
                .environment(List.copyOf(container.environment()))
                .mountPoints(List.copyOf(container.mountPoints()))
                .volumesFrom(List.copyOf(container.volumesFrom()))
                .systemControls(List.copyOf(container.systemControls()))
                .healthCheck(healthCheck())
                .build();
    }

    private RuntimeException wrong(String what) {
        return complaints.wrong(what);
    }

    private void image() {
        String image = container.image();
        int at = image.indexOf('@');
        String name = at < 0 ? image : image.substring(0, at);
        if (name.length() > LONGEST_IMAGE || !IMAGE.matcher(name).matches()) {
            throw ApiErrors.client("Container.image contains invalid characters.");
        }
        if (at >= 0 && !image.substring(at + 1).matches("sha256:[0-9a-f]{64}")) {
            throw wrong("The digest of the image must be 'sha256:' and 64 hexadecimal digits.");
        }
    }

    /** The registry's password is read under the execution role, which must thus be there. */
    private void registry(@Nullable RepositoryCredentials credentials) {
        if (credentials == null) {
            return;
        }
        if (!SECRET.matcher(credentials.credentialsParameter()).matches()) {
            throw wrong(
                    "'credentialsParameter' must be the ARN or the name of a secret: '"
                            + credentials.credentialsParameter()
                            + "'.");
        }
        if (task.executionRoleArn() == null) {
            throw ApiErrors.client(
                    "Private repository authentication requires that the task definition specify a"
                            + " value for executionRoleArn.");
        }
    }

    private void sizes() {
        Integer memory = container.memory();
        Integer reservation = container.memoryReservation();
        complaints.atLeast("cpu", container.cpu(), 0);
        complaints.atLeast("memory", memory, LEAST_MEMORY_MIB);
        complaints.atLeast("memoryReservation", reservation, LEAST_MEMORY_MIB);
        complaints.atLeast("startTimeout", container.startTimeout(), 0);
        complaints.atLeast("stopTimeout", container.stopTimeout(), 0);
        if (memory != null && reservation != null && reservation > memory) {
            throw wrong("'memoryReservation' must not be greater than 'memory'.");
        }
    }

    private void restarts(@Nullable ContainerRestartPolicy policy) {
        if (policy == null) {
            return;
        }
        complaints.within("restartAttemptPeriod", policy.restartAttemptPeriod(), 60, 1_800);
        if (policy.ignoredExitCodes().size() > MOST_IGNORED_EXIT_CODES) {
            throw wrong("There can be at most 50 ignoredExitCodes.");
        }
    }

    private void process() {
        complaints.absolute("workingDirectory", emptyToNull(container.workingDirectory()));
        String user = emptyToNull(container.user());
        if (user != null && !USER.matcher(user).matches()) {
            throw wrong("'user' must be a user, or a user and a group: '" + user + "'.");
        }
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private void environment() {
        for (KeyValuePair variable : container.environment()) {
            if (variable.name() == null || variable.name().isEmpty()) {
                throw wrong("The name of an environment variable must not be null or empty.");
            }
        }
    }

    private void mountPoints() {
        for (MountPoint mount : container.mountPoints()) {
            if (mount.sourceVolume() == null || !volumes.contains(mount.sourceVolume())) {
                throw ApiErrors.client("Unknown volume '" + mount.sourceVolume() + "'.");
            }
            if (mount.containerPath() == null || mount.containerPath().isBlank()) {
                throw wrong("The containerPath of a mount point must not be null or empty.");
            }
            complaints.absolute("containerPath", mount.containerPath());
        }
    }

    private @Nullable HealthCheck healthCheck() {
        HealthCheck check = container.healthCheck();
        if (check == null) {
            return null;
        }
        List<String> command = check.command();
        boolean known =
                !command.isEmpty()
                        && (command.getFirst().equals("CMD")
                                || command.getFirst().equals("CMD-SHELL"));
        if (!known || command.size() < 2) {
            throw wrong("The command of a health check must begin with CMD or CMD-SHELL.");
        }
        return check.toBuilder()
                .interval(within("interval", check.interval(), 5, 300, 30))
                .timeout(within("timeout", check.timeout(), 2, 60, 5))
                .retries(within("retries", check.retries(), 1, 10, 3))
                .startPeriod(
                        check.startPeriod() == null
                                ? null
                                : within("startPeriod", check.startPeriod(), 0, 300, 0))
                .build();
    }

    private int within(String member, @Nullable Integer value, int least, int most, int standard) {
        if (value == null) {
            return standard;
        }
        if (value < least || value > most) {
            throw wrong(
                    "The "
                            + member
                            + " of a health check must be between "
                            + least
                            + " and "
                            + most
                            + ".");
        }
        return value;
    }
}
