package io.gantry.control.api;

import io.gantry.common.model.EcrImage;
import io.gantry.common.model.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DockerVolumeConfiguration;
import software.amazon.awssdk.services.ecs.model.EnvironmentFile;
import software.amazon.awssdk.services.ecs.model.LinuxParameters;
import software.amazon.awssdk.services.ecs.model.LogConfiguration;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.RuntimePlatform;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * What agents must be able to do for a task, as the attributes by which they say so. Which members
 * of a definition ask for which attribute was gathered from what ECS answers and documents.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html">Task
 *     definition parameters, which name versions of Docker's interface</a>
 */
final class Capabilities {
    /** An image of this name stands for the machine itself: the command runs as its process. */
    static final String HOST_IMAGE = ImageReference.HOST;

    private static final String PROCESS_ENGINE = "gantry.capability.process-engine";
    private static final String LOCAL_ENVIRONMENT_FILES = "gantry.capability.env-files.local";
    private static final String AMAZON = "com.amazonaws.ecs.capability.";
    private static final String ECS = "ecs.capability.";
    private static final String REMOTE_API = AMAZON + "docker-remote-api.1.";
    private static final String ARCHITECTURE = "ecs.cpu-architecture";
    private static final String DEFAULT_VOLUME_DRIVER = "local";

    /**
     * Told, but not asked of machines, as are the versions of Docker's interface: one without a
     * container runtime must be able to receive any task, to fail it with an error that says so;
     * and credentials are not vended by agents.
     */
    private static final Set<String> TOLD_ONLY =
            Set.of(
                    AMAZON + "task-iam-role",
                    AMAZON + "task-iam-role-network-host",
                    AMAZON + "ecr-auth",
                    ECS + "execution-role-ecr-pull");

    /** The version 1.x of Docker's interface that each logging driver came with. */
    private static final Map<String, Integer> LOG_DRIVER_VERSIONS =
            Map.of(
                    "json-file", 18,
                    "syslog", 18,
                    "journald", 19,
                    "gelf", 20,
                    "fluentd", 20,
                    "splunk", 22);

    private final TaskDefinition definition;
    private final Set<String> names = new TreeSet<>();

    private Capabilities(TaskDefinition definition) {
        this.definition = definition;
    }

    /** What a description of the definition shows. */
    static List<String> required(TaskDefinition definition) {
        var capabilities = new Capabilities(definition);
        capabilities.task();
        definition.containerDefinitions().forEach(capabilities::container);
        return List.copyOf(capabilities.names);
    }

    /** What a machine must have for its task to be placed there. */
    static List<String> forPlacement(TaskDefinition definition) {
        var names = new ArrayList<>(required(definition));
        names.removeIf(name -> name.startsWith(REMOTE_API) || TOLD_ONLY.contains(name));
        RuntimePlatform platform = definition.runtimePlatform();
        if (platform != null && platform.cpuArchitecture() != null) {
            String architecture = platform.cpuArchitectureAsString().toLowerCase(Locale.ROOT);
            names.add(ARCHITECTURE + '=' + architecture);
        }
        return names;
    }

    private void needs(boolean asked, String name) {
        if (asked) {
            names.add(name);
        }
    }

    private void needsApi(boolean asked, int minor) {
        needs(asked, REMOTE_API + minor);
    }

    private void task() {
        boolean hasRole = definition.taskRoleArn() != null;
        needs(hasRole, AMAZON + "task-iam-role");
        needs(
                hasRole && definition.networkMode() == NetworkMode.HOST,
                AMAZON + "task-iam-role-network-host");
        needs(
                definition.pidMode() != null || definition.ipcMode() != null,
                ECS + "pid-ipc-namespace-sharing");
        definition.volumes().forEach(volume -> volume(volume.dockerVolumeConfiguration()));
    }

    private void volume(@Nullable DockerVolumeConfiguration docker) {
        if (docker != null) {
            String driver = Objects.requireNonNullElse(docker.driver(), DEFAULT_VOLUME_DRIVER);
            names.add(ECS + "docker-plugin." + driver);
            needsApi(true, 25);
        }
    }

    private void container(ContainerDefinition container) {
        needs(HOST_IMAGE.equals(container.image()), PROCESS_ENGINE);
        registry(container);
        log(container.logConfiguration());
        kernel(container.linuxParameters());
        container.dockerSecurityOptions().forEach(this::securityOption);
        container.environmentFiles().forEach(this::environmentFile);
        needs(isTrue(container.privileged()), AMAZON + "privileged-container");
        needs(
                !container.dependsOn().isEmpty()
                        || container.startTimeout() != null
                        || container.stopTimeout() != null,
                ECS + "container-ordering");
        needs(container.healthCheck() != null, ECS + "container-health-check");
        needs(
                container.restartPolicy() != null && isTrue(container.restartPolicy().enabled()),
                ECS + "container-restart-policy");
        needs(
                container.portMappings().stream()
                        .anyMatch(each -> each.containerPortRange() != null),
                ECS + "network.container-port-range");
        needsApi(isTrue(container.readonlyRootFilesystem()), 17);
        needsApi(!container.dockerLabels().isEmpty() || !container.ulimits().isEmpty(), 18);
        needsApi(container.memoryReservation() != null, 21);
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }

    private void registry(ContainerDefinition container) {
        if (container.repositoryCredentials() != null) {
            names.add(ECS + "private-registry-authentication.secretsmanager");
        } else if (EcrImage.parse(container.image()) != null) {
            names.add(AMAZON + "ecr-auth");
            needs(definition.executionRoleArn() != null, ECS + "execution-role-ecr-pull");
        }
    }

    private void log(@Nullable LogConfiguration logging) {
        if (logging != null) {
            String driver = logging.logDriverAsString();
            names.add(AMAZON + "logging-driver." + driver);
            needsApi(true, LOG_DRIVER_VERSIONS.getOrDefault(driver, 18));
            needsApi(logging.options().containsKey("mode"), 28);
        }
    }

    private void kernel(@Nullable LinuxParameters linux) {
        if (linux != null) {
            needsApi(!linux.tmpfs().isEmpty() || linux.sharedMemorySize() != null, 22);
            needsApi(isTrue(linux.initProcessEnabled()), 25);
        }
    }

    private void securityOption(String option) {
        needs(option.startsWith("label"), AMAZON + "selinux");
        needs(option.startsWith("apparmor"), AMAZON + "apparmor");
    }

    private void environmentFile(EnvironmentFile file) {
        names.add(EnvironmentFiles.isLocal(file) ? LOCAL_ENVIRONMENT_FILES : ECS + "env-files.s3");
    }
}
