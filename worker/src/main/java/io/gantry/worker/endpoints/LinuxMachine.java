package io.gantry.worker.endpoints;

import io.gantry.common.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives the loopback the link-local address of task endpoints, which makes it reachable from
 * bridges, too. Port 80 of it is redirected to another port by the kernel's packet filter: a
 * listener on port 80 itself would keep every task from publishing its own port 80.
 */
final class LinuxMachine implements Machine {
    private static final Duration RULES_CHECK = Duration.ofSeconds(30);
    private static final long LIMIT_SECONDS = 5;
    private static final int HTTP_PORT = 80;

    private final InetAddress address;
    private final int port;
    private final Clock clock;
    private long checkedNanos;
    private int checkedPort;

    /**
     * The machine that this process runs on.
     *
     * @param port that port 80 is redirected to
     */
    LinuxMachine(String address, int port, Clock clock) {
        this.address = InetAddress.ofLiteral(address);
        this.port = port;
        this.clock = clock;
    }

    @Override
    public Preparation prepare() {
        try {
            if (!isRoot()) {
                return Preparation.impossible("only root can set up the address");
            }
            String obstacle = addAddress();
            return obstacle == null ? redirected() : Preparation.impossible(obstacle);
        } catch (IOException failure) {
            return Preparation.impossible(String.valueOf(failure.getMessage()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Preparation.impossible("interrupted");
        }
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
                && uid == 0;
    }

    /** Why the loopback cannot have the address; null if it has it. */
    private @Nullable String addAddress() throws IOException, InterruptedException {
        if (isThere()) {
            return null;
        }
        Outcome added = run("ip", "addr", "add", text() + "/32", "dev", "lo", "scope", "host");
        return added.status == 0 || isThere()
                ? null
                : "ip cannot add the address: " + added.output.strip();
    }

    private boolean isThere() throws SocketException {
        return NetworkInterface.getByInetAddress(address) != null;
    }

    private String text() {
        return address.getHostAddress();
    }

    private Preparation redirected() throws InterruptedException {
        long now = clock.nanoTime();
        if (checkedPort != 0 && now - checkedNanos < RULES_CHECK.toNanos()) {
            return Preparation.listen(checkedPort);
        }
        Preparation found = redirectedNow();
        checkedNanos = now;
        checkedPort = found.port();
        return found;
    }

    private Preparation redirectedNow() throws InterruptedException {
        String target = text() + ':' + port;
        try {
            Outcome rules = filter("-S");
            if (rules.status != 0) {
                return Preparation.listen(HTTP_PORT);
            }
            List<String> ours = rules.output.lines().filter(rule -> isAbout(rule)).toList();
            if (ours.stream().anyMatch(rule -> !rule.contains("--to-destination " + target))) {
                return Preparation.impossible(
                        "the packet filter sends it elsewhere, as Amazon's agent does: "
                                + ours.getFirst());
            }
            for (String chain : List.of("PREROUTING", "OUTPUT")) {
                if (ours.stream().noneMatch(rule -> rule.startsWith("-A " + chain + ' '))
                        && redirect(chain, target).status != 0) {
                    return Preparation.listen(HTTP_PORT);
                }
            }
            return Preparation.listen(port);
        } catch (IOException noFilter) {
            return Preparation.listen(HTTP_PORT);
        }
    }

    private boolean isAbout(String rule) {
        return Stream.of(text() + "/32", text() + ' ')
                .anyMatch(part -> rule.contains("-d " + part));
    }

    /** Before the engine's own rules, which would send it to a task that publishes port 80. */
    private Outcome redirect(String chain, String target) throws IOException, InterruptedException {
        return filter(
                "-I",
                chain,
                "1",
                "-d",
                text() + "/32",
                "-p",
                "tcp",
                "--dport",
                "80",
                "-j",
                "DNAT",
                "--to-destination",
                target);
    }

    private static Outcome filter(String... arguments) throws IOException, InterruptedException {
        return run(
                Stream.concat(Stream.of("iptables", "-w", "2", "-t", "nat"), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private record Outcome(int status, String output) {}

    private static Outcome run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command[0] + " did not end");
        }
        return new Outcome(process.exitValue(), new String(output, StandardCharsets.UTF_8));
    }
}
