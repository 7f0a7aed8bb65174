package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.DockerConfig;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalContainer.Checkup;
import io.gantry.worker.core.LocalContainer.Phase;
import io.gantry.worker.core.LocalContainer.Run;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.core.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The task of which Amazon's agent was asked when its answers were recorded. */
final class CapturedTask {
    static final String ARN =
            "arn:aws:ecs:us-east-1:123456789012:task/demo/00000000000000000000000000000001";
    static final String WEB = "8e1b3ff182a786a55fc8e120192ca9e5f031cdd639dea6b5ed4d7d1f07513594";
    static final String SIDE = "40ba63f849d8d51c3edb5cb9620cd8545e80df4cd1001b7b169c6f2b9ff691bd";
    static final RoleCredentials ROLE =
            new RoleCredentials(
                    "cred-app1",
                    "arn:aws:iam::123456789012:role/app",
                    "ASIAapp1",
                    "secret-app1",
                    "tok-app1",
                    "2026-11-22T13:00:00Z",
                    null);
    private static final String IMAGE =
            "sha256:0e73cb190f5f4d925a16bf0e8f83854c20189aef655bccafa878a448bca3f004";
    private static final String LABELS = "com.amazonaws.ecs.";

    private CapturedTask() {}

    static AgentState state() {
        var spec =
                AcsTask.run(ARN, "webapp", "7")
                        .limits(0.25, 256)
                        .networkMode("bridge")
                        .launchType("EXTERNAL")
                        .serviceName("web")
                        .roleCredentials(ROLE)
                        .containers(List.of(side(), web()))
                        .build()
                        .withoutSecrets();
        var containers =
                List.of(
                        container(
                                side(),
                                facts(
                                        SIDE,
                                        "ecs-webapp-7-side-cecdd9fe8a8becf7b501",
                                        List.of(),
                                        "172.17.0.3",
                                        "2026-11-22T07:01:58.629380878Z",
                                        "2026-11-22T07:01:59.026263241Z",
                                        Map.of(),
                                        List.of()),
                                new Checkup(Health.UNKNOWN, null, null, null)),
                        container(
                                web(),
                                facts(
                                        WEB,
                                        "ecs-webapp-7-web-faf6bddac4a98abf6200",
                                        List.of(binding("0.0.0.0"), binding("::")),
                                        "172.17.0.2",
                                        "2026-11-22T07:01:47.911876207Z",
                                        "2026-11-22T07:01:48.542698168Z",
                                        Map.of("tier", "front", LABELS + "container-name", "web"),
                                        List.of(scratch())),
                                new Checkup(
                                        Health.HEALTHY,
                                        Instant.parse("2026-11-22T07:01:53.644Z").toEpochMilli(),
                                        "",
                                        0)));
        return AgentState.of(
                List.of(
                        new LocalTask(
                                spec,
                                false,
                                null,
                                containers,
                                new LocalTask.Times(null, null, null, null),
                                new LocalTask.Reports(0, null, TaskStatus.RUNNING, null),
                                false)));
    }

    private static AcsContainer web() {
        return AcsContainer.of("web", "busybox:local")
                .limits(128, 64)
                .reportsHealth(true)
                .dockerConfig(
                        new DockerConfig(
                                null,
                                "{}",
                                "{\"NetworkMode\":\"bridge\",\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\"}}}"))
                .containerArn(
                        "arn:aws:ecs:us-east-1:123456789012:container/demo/00000000000000000000000000000001/c1")
                .build();
    }

    private static AcsContainer side() {
        return AcsContainer.of("side", "busybox:local").limits(0, 32).build();
    }

    private static PortBinding binding(String ip) {
        return new PortBinding(ip, 8080, 32768, "tcp");
    }

    private static RuntimeFacts.Mount scratch() {
        String name = "ecs-webapp-7-scratch-8e9cf9ef85fbe28ee301";
        return new RuntimeFacts.Mount(
                name, "/var/lib/docker/volumes/" + name + "/_data", "/scratch");
    }

    private static RuntimeFacts facts(
            String id,
            String name,
            List<PortBinding> bindings,
            String ip,
            String created,
            String started,
            Map<String, String> labels,
            List<RuntimeFacts.Mount> mounts) {
        return new RuntimeFacts(
                id,
                name,
                IMAGE,
                bindings,
                ip,
                Instant.parse(started).toEpochMilli(),
                new RuntimeFacts.Details(created, started, labels, mounts, null));
    }

    private static LocalContainer container(
            AcsContainer spec, RuntimeFacts facts, Checkup checkup) {
        return new LocalContainer(
                spec,
                Phase.RUNNING,
                new Run(facts.runtimeId(), facts, true, null, null, 0),
                checkup,
                null,
                new LocalContainer.Told(TaskStatus.RUNNING, null, List.of()),
                null);
    }
}
