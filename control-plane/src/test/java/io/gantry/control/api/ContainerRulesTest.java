package io.gantry.control.api;

import static io.gantry.control.api.Office.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.EnvironmentFile;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;

/** Each member of a container: what it may be, and the words for what it may not. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ContainerRulesTest {
    private static final String WRONG = "Invalid setting for container 'main'. ";

    interface Change extends Consumer<ContainerDefinition.Builder> {}

    private static ContainerDefinition checked(Change change) {
        ContainerDefinition.Builder main = container("main");
        change.accept(main);
        return TaskDefinitionRules.check(
                        RegisterTaskDefinitionRequest.builder()
                                .family("web")
                                .executionRoleArn("execution")
                                .containerDefinitions(main.build())
                                .build())
                .definition()
                .containerDefinitions()
                .getFirst();
    }

    private static Arguments good(String what, Change change) {
        return arguments(what, change);
    }

    private static Arguments bad(String message, Change change) {
        return arguments(message, change);
    }

    private static List<EnvironmentFile> files(int count) {
        return Collections.nCopies(
                count, EnvironmentFile.builder().type("s3").value("/etc/a").build());
    }

    private static List<PortMapping> ranges(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> 1000 + 10 * i)
                .map(i -> PortMapping.builder().containerPortRange(i + "-" + (i + 1)).build())
                .toList();
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                good("a registry with a port", c -> c.image("[::1]:5000/team/app_1:v1.0-rc#2")),
                good("a digest", c -> c.image("app:1@sha256:" + "0a".repeat(32))),
                good("restarts", c -> c.restartPolicy(r -> r.enabled(true))),
                good(
                        "all of a restart policy",
                        c ->
                                c.restartPolicy(
                                        r ->
                                                r.enabled(true)
                                                        .ignoredExitCodes(0, 143)
                                                        .restartAttemptPeriod(1800))),
                good("ten environment files", c -> c.environmentFiles(files(10))),
                good(
                        "an environment file in S3",
                        c ->
                                c.environmentFiles(
                                        e -> e.type("s3").value("arn:aws:s3:::bucket/a/.p.env"))),
                good(
                        "an environment file by URL",
                        c -> c.environmentFiles(e -> e.type("s3").value("file:///etc/app.conf"))),
                good(
                        "a secret by ARN",
                        c ->
                                c.repositoryCredentials(
                                        r ->
                                                r.credentialsParameter(
                                                        "arn:aws:secretsmanager:eu-west-1:"
                                                                + "123456789012:secret:a/b-x1Y"))),
                good("a secret", c -> c.repositoryCredentials(r -> r.credentialsParameter("a/b"))),
                good("a GPU", c -> c.resourceRequirements(r -> r.type("GPU").value("4"))),
                good("a hundred port ranges", c -> c.portMappings(ranges(100))),
                good(
                        "a named port of a protocol",
                        c ->
                                c.portMappings(
                                        p -> p.containerPort(1).name("a_b").appProtocol("grpc"))),
                good("pinning", c -> c.versionConsistency("enabled")),
                good("no pinning", c -> c.versionConsistency("disabled")),
                good(
                        "unlimited memory to lock",
                        c -> c.ulimits(u -> u.name("memlock").softLimit(-1).hardLimit(-1))),
                good("no swap", c -> c.linuxParameters(l -> l.maxSwap(0).swappiness(100))),
                good("swappiness alone", c -> c.linuxParameters(l -> l.swappiness(0))),
                good(
                        "every capability",
                        c -> c.linuxParameters(l -> l.capabilities(k -> k.add("ALL")))),
                good(
                        "a device",
                        c ->
                                c.linuxParameters(
                                        l ->
                                                l.devices(
                                                        d ->
                                                                d.hostPath("/dev/a")
                                                                        .permissionsWithStrings(
                                                                                "read")))),
                good(
                        "space in memory",
                        c ->
                                c.linuxParameters(
                                        l ->
                                                l.tmpfs(
                                                        t ->
                                                                t.containerPath("/t")
                                                                        .size(1)
                                                                        .mountOptions(
                                                                                "ro",
                                                                                "mode=1777")))),
                good(
                        "settings of the kernel",
                        c ->
                                c.systemControls(
                                        s -> s.namespace("net.ipv4.ip_forward").value("1"),
                                        s -> s.namespace("kernel.sem").value("1 2 3 4"),
                                        s -> s.namespace("fs.mqueue.msg_max").value("10"))),
                good(
                        "security options",
                        c ->
                                c.dockerSecurityOptions(
                                        "no-new-privileges",
                                        "no-new-privileges:true",
                                        "apparmor:unconfined",
                                        "label:disable")),
                good("an IPv6 name server", c -> c.dnsServers("10.0.0.2", "fd00:ec2::253")),
                good("domains", c -> c.dnsSearchDomains("a.example.com", "b")),
                good(
                        "names of other hosts",
                        c ->
                                c.extraHosts(
                                        h -> h.hostname("a").ipAddress("::1"),
                                        h -> h.hostname("b").ipAddress("host-gateway"))),
                good("a user and a group", c -> c.user("1000:app").workingDirectory("/srv")),
                good(
                        "logs without waiting",
                        c ->
                                c.logConfiguration(
                                        l ->
                                                l.logDriver("fluentd")
                                                        .options(
                                                                Map.of(
                                                                        "fluentd-address",
                                                                        "host:1",
                                                                        "mode",
                                                                        "non-blocking",
                                                                        "max-buffer-size",
                                                                        "4m")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void accepted(String what, Change change) {
        ContainerDefinition.Builder given = container("main");
        change.accept(given);
        ContainerDefinition checked = checked(change);
        // What is accepted is echoed; only what was left out of a port is filled in.
        assertThat(
                        checked.toBuilder()
                                .cpu(null)
                                .essential(null)
                                .portMappings(given.build().portMappings())
                                .environment(List.of())
                                .mountPoints(List.of())
                                .volumesFrom(List.of())
                                .systemControls(given.build().systemControls())
                                .build())
                .isEqualTo(
                        given.portMappings(given.build().portMappings())
                                .environment(List.of())
                                .mountPoints(List.of())
                                .volumesFrom(List.of())
                                .systemControls(given.build().systemControls())
                                .build());
    }

    static Stream<Arguments> refused() {
        return Stream.of(badMembers(), badPorts(), badKernel(), badNames(), badLogs())
                .flatMap(each -> each);
    }

    private static Stream<Arguments> badMembers() {
        return Stream.of(
                bad("Container.image contains invalid characters.", c -> c.image("registry/a b")),
                bad("Container.image contains invalid characters.", c -> c.image("a".repeat(256))),
                bad(
                        WRONG
                                + "The digest of the image must be 'sha256:' and 64 hexadecimal"
                                + " digits.",
                        c -> c.image("a@sha256:abc")),
                bad(
                        "1 validation error detected: Value null at"
                                + " 'containerDefinitions.1.member.restartPolicy.enabled' failed to"
                                + " satisfy constraint: Member must not be null",
                        c -> c.restartPolicy(r -> r.restartAttemptPeriod(60))),
                bad(
                        WRONG + "'restartAttemptPeriod' must be between 60 and 1800.",
                        c -> c.restartPolicy(r -> r.enabled(true).restartAttemptPeriod(59))),
                bad(
                        WRONG + "'restartAttemptPeriod' must be between 60 and 1800.",
                        c -> c.restartPolicy(r -> r.enabled(true).restartAttemptPeriod(1801))),
                bad(
                        WRONG + "There can be at most 50 ignoredExitCodes.",
                        c ->
                                c.restartPolicy(
                                        r ->
                                                r.enabled(true)
                                                        .ignoredExitCodes(
                                                                Collections.nCopies(51, 1)))),
                bad(
                        WRONG + "There can be at most 10 environment files.",
                        c -> c.environmentFiles(files(11))),
                bad(
                        WRONG
                                + "An environment file must be the ARN of an S3 object with the"
                                + " extension .env, or a file:// URL or absolute path on the"
                                + " container instance: 'arn:aws:s3:::bucket/a.txt'.",
                        c ->
                                c.environmentFiles(
                                        e -> e.type("s3").value("arn:aws:s3:::bucket/a.txt"))),
                bad(
                        WRONG
                                + "An environment file must be the ARN of an S3 object with the"
                                + " extension .env, or a file:// URL or absolute path on the"
                                + " container instance: 'file://host/a.env'.",
                        c -> c.environmentFiles(e -> e.type("s3").value("file://host/a.env"))),
                bad(
                        WRONG
                                + "'credentialsParameter' must be the ARN or the name of a secret:"
                                + " 'arn:aws:ssm:x'.",
                        c -> c.repositoryCredentials(r -> r.credentialsParameter("arn:aws:ssm:x"))),
                bad(
                        WRONG
                                + "The value of the resource requirement GPU must be a number"
                                + " greater than 0: '0'.",
                        c -> c.resourceRequirements(r -> r.type("GPU").value("0"))),
                bad(
                        WRONG
                                + "The value of the resource requirement GPU must be a number"
                                + " greater than 0: '1.5'.",
                        c -> c.resourceRequirements(r -> r.type("GPU").value("1.5"))),
                bad(
                        WRONG + "The resource requirement GPU can be given once only.",
                        c ->
                                c.resourceRequirements(
                                        r -> r.type("GPU").value("1"),
                                        r -> r.type("GPU").value("1"))),
                bad(
                        "'containerDefinitions.main.resourceRequirements.type' with value"
                                + " 'InferenceAccelerator' is not supported.",
                        c ->
                                c.resourceRequirements(
                                        r -> r.type("InferenceAccelerator").value("d"))),
                bad(
                        WRONG + "'workingDirectory' must be an absolute path: 'srv'.",
                        c -> c.workingDirectory("srv")),
                bad(
                        WRONG + "'user' must be a user, or a user and a group: 'a:b:c'.",
                        c -> c.user("a:b:c")),
                bad(
                        "'containerDefinitions.main.secrets' is not supported.",
                        c -> c.secrets(s -> s.name("a").valueFrom("b"))),
                bad(
                        "'containerDefinitions.main.credentialSpecs' is not supported.",
                        c -> c.credentialSpecs("credentialspec:arn:aws:s3:::a")),
                bad(
                        "'containerDefinitions.main.firelensConfiguration' is not supported.",
                        c -> c.firelensConfiguration(f -> f.type("fluentd"))));
    }

    private static Stream<Arguments> badPorts() {
        String range =
                WRONG
                        + "'containerPortRange' must be two ports between 1 and 65535, the first"
                        + " less than the last, such as '8000-8010': ";
        return Stream.of(
                bad(range + "'8000'.", c -> c.portMappings(p -> p.containerPortRange("8000"))),
                bad(range + "'80-80'.", c -> c.portMappings(p -> p.containerPortRange("80-80"))),
                bad(range + "'0-80'.", c -> c.portMappings(p -> p.containerPortRange("0-80"))),
                bad(
                        range + "'1-65536'.",
                        c -> c.portMappings(p -> p.containerPortRange("1-65536"))),
                bad(range + "''.", c -> c.portMappings(p -> p.containerPortRange(""))),
                bad(
                        WRONG + "There can be at most 100 port ranges.",
                        c -> c.portMappings(ranges(101))),
                bad(
                        WRONG + "Port ranges must not overlap: '85-95'.",
                        c ->
                                c.portMappings(
                                        p -> p.containerPortRange("80-90"),
                                        p -> p.containerPortRange("85-95").protocol("udp"))),
                bad(
                        WRONG + "Port ranges must not overlap: '70-99'.",
                        c ->
                                c.portMappings(
                                        p -> p.containerPortRange("80-90"),
                                        p -> p.containerPortRange("70-99"))),
                bad(
                        WRONG + "A port can only be included in one port mapping.",
                        c ->
                                c.portMappings(
                                        p -> p.containerPort(80),
                                        p -> p.containerPortRange("80-90"))),
                bad(
                        WRONG
                                + "'containerPort' and 'hostPort' cannot be given together with"
                                + " 'containerPortRange'.",
                        c -> c.portMappings(p -> p.containerPortRange("1-2").hostPort(0))),
                bad(
                        WRONG + "'containerPort' must be between 1 and 65535.",
                        c -> c.portMappings(p -> p.hostPort(80))),
                bad(
                        WRONG + "'hostPort' must be between 0 and 65535.",
                        c -> c.portMappings(p -> p.containerPort(1).hostPort(-1))),
                bad(
                        WRONG + "The name of a port mapping is invalid or not unique: -a",
                        c -> c.portMappings(p -> p.containerPort(1).name("-a"))),
                bad(
                        "1 validation error detected: Value 'tls' at 'containerDefinitions.1.member"
                                + ".portMappings.1.member.appProtocol' failed to satisfy"
                                + " constraint: Member must satisfy enum value set: [http, http2,"
                                + " grpc]",
                        c -> c.portMappings(p -> p.containerPort(1).appProtocol("tls"))));
    }

    private static Stream<Arguments> badKernel() {
        return Stream.of(
                bad(
                        WRONG
                                + "The limits of ulimit 'nofile' must be at least -1, and the soft"
                                + " one not greater than the hard one.",
                        c -> c.ulimits(u -> u.name("nofile").softLimit(2).hardLimit(1))),
                bad(
                        WRONG
                                + "The limits of ulimit 'core' must be at least -1, and the soft"
                                + " one not greater than the hard one.",
                        c -> c.ulimits(u -> u.name("core").softLimit(-1).hardLimit(1))),
                bad(
                        WRONG + "'NET_ADMINS' is not a Linux capability.",
                        c -> c.linuxParameters(l -> l.capabilities(k -> k.add("NET_ADMINS")))),
                bad(
                        WRONG + "'all' is not a Linux capability.",
                        c -> c.linuxParameters(l -> l.capabilities(k -> k.drop("all")))),
                bad(
                        WRONG + "'hostPath' must be an absolute path: 'dev'.",
                        c -> c.linuxParameters(l -> l.devices(d -> d.hostPath("dev")))),
                bad(
                        WRONG + "'size' must be at least 1.",
                        c -> c.linuxParameters(l -> l.tmpfs(t -> t.containerPath("/t").size(0)))),
                bad(
                        WRONG + "'noexecs' is not a mount option of tmpfs.",
                        c ->
                                c.linuxParameters(
                                        l ->
                                                l.tmpfs(
                                                        t ->
                                                                t.containerPath("/t")
                                                                        .size(1)
                                                                        .mountOptions("noexecs")))),
                bad(
                        WRONG + "'maxSwap' must be at least 0.",
                        c -> c.linuxParameters(l -> l.maxSwap(-1))),
                bad(
                        WRONG + "'swappiness' must be between 0 and 100.",
                        c -> c.linuxParameters(l -> l.swappiness(101))),
                bad(
                        WRONG + "'sharedMemorySize' must be at least 0.",
                        c -> c.linuxParameters(l -> l.sharedMemorySize(-1))),
                bad(
                        WRONG
                                + "'maxSwap' needs 'memory', since the container engine limits both"
                                + " together.",
                        c ->
                                c.memory(null)
                                        .memoryReservation(10)
                                        .linuxParameters(l -> l.maxSwap(1))),
                bad(
                        WRONG + "The systemControls namespace 'vm.swappiness' is not supported.",
                        c -> c.systemControls(s -> s.namespace("vm.swappiness").value("1"))),
                bad(
                        WRONG + "The systemControls namespace 'null' is not supported.",
                        c -> c.systemControls(s -> s.value("1"))),
                bad(
                        WRONG
                                + "The value of the systemControls namespace 'kernel.sem' must not"
                                + " be empty.",
                        c -> c.systemControls(s -> s.namespace("kernel.sem"))),
                bad(
                        "'containerDefinitions.main.dockerSecurityOptions' with value"
                                + " 'seccomp:unconfined' is not supported.",
                        c -> c.dockerSecurityOptions("seccomp:unconfined")));
    }

    private static Stream<Arguments> badNames() {
        return Stream.of(
                bad(
                        WRONG + "'hostname' contains invalid characters: 'a b'.",
                        c -> c.hostname("a b")),
                bad(
                        WRONG + "DNS server '10.0.0.256' is not an IP address.",
                        c -> c.dnsServers("10.0.0.256")),
                bad(
                        WRONG + "DNS server 'fd00::x' is not an IP address.",
                        c -> c.dnsServers("fd00::x")),
                bad(
                        "DNS search domain example.com. contains invalid characters, does not match"
                                + " pattern ^[a-zA-Z0-9-.]{0,253}[a-zA-Z0-9]$",
                        c -> c.dnsSearchDomains("example.com.")),
                bad(
                        WRONG + "'extraHosts' must have host names and IP addresses: 'a', 'b'.",
                        c -> c.extraHosts(h -> h.hostname("a").ipAddress("b"))));
    }

    private static Stream<Arguments> badLogs() {
        return Stream.of(
                bad(
                        "'containerDefinitions.main.logConfiguration.logDriver' with value"
                                + " 'awslogs' is not supported.",
                        c -> c.logConfiguration(l -> l.logDriver("awslogs"))),
                bad(
                        "'containerDefinitions.main.logConfiguration.secretOptions' is not"
                                + " supported.",
                        c ->
                                c.logConfiguration(
                                        l ->
                                                l.logDriver("splunk")
                                                        .secretOptions(
                                                                s -> s.name("a").valueFrom("b")))),
                bad(
                        "Log driver splunk requires options: splunk-token, splunk-url",
                        c -> c.logConfiguration(l -> l.logDriver("splunk"))),
                bad(
                        "Log driver json-file disallows options: gelf-address, size",
                        c ->
                                c.logConfiguration(
                                        l ->
                                                l.logDriver("json-file")
                                                        .options(
                                                                Map.of(
                                                                        "size",
                                                                        "1",
                                                                        "gelf-address",
                                                                        "x")))),
                bad(
                        "Log driver syslog option 'mode' must be 'blocking' or 'non-blocking':"
                                + " 'fast'.",
                        c ->
                                c.logConfiguration(
                                        l ->
                                                l.logDriver("syslog")
                                                        .options(Map.of("mode", "fast")))),
                bad(
                        "Log driver journald option 'max-buffer-size' needs 'mode' to be"
                                + " 'non-blocking'.",
                        c ->
                                c.logConfiguration(
                                        l ->
                                                l.logDriver("journald")
                                                        .options(Map.of("max-buffer-size", "1m")))),
                bad(
                        "Log driver gelf option 'max-buffer-size' must be a size such as '10m':"
                                + " 'big'.",
                        c ->
                                c.logConfiguration(
                                        l ->
                                                l.logDriver("gelf")
                                                        .options(
                                                                Map.of(
                                                                        "mode",
                                                                        "non-blocking",
                                                                        "max-buffer-size",
                                                                        "big")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String message, Change change) {
        assertThatThrownBy(() -> checked(change))
                .isInstanceOf(ClientException.class)
                .hasMessageStartingWith(message)
                .satisfies(
                        error ->
                                assertThat(((ClientException) error).getMessage())
                                        .isEqualTo(message));
    }
}
