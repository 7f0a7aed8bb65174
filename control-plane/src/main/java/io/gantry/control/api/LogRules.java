package io.gantry.control.api;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.LogConfiguration;

/**
 * Where the container engine may send what a container writes. As in ECS, a driver takes only the
 * options that it knows, so that mistakes are found before a task is started.
 *
 * @see <a href="https://docs.docker.com/engine/logging/configure/">Docker's logging drivers</a>
 */
final class LogRules {
    private static final Pattern BUFFER_SIZE = Pattern.compile("[0-9]+[bkmgBKMG]?");

    private static final Set<String> ALL =
            Set.of("mode", "max-buffer-size", "tag", "labels", "labels-regex", "env", "env-regex");

    private static final Map<String, Set<String>> OPTIONS =
            Map.of(
                    "json-file",
                    Set.of("max-size", "max-file", "compress"),
                    "journald",
                    Set.of(),
                    "syslog",
                    Set.of(
                            "syslog-address",
                            "syslog-facility",
                            "syslog-format",
                            "syslog-tls-ca-cert",
                            "syslog-tls-cert",
                            "syslog-tls-key",
                            "syslog-tls-skip-verify"),
                    "gelf",
                    Set.of(
                            "gelf-address",
                            "gelf-compression-type",
                            "gelf-compression-level",
                            "gelf-tcp-max-reconnect",
                            "gelf-tcp-reconnect-delay"),
                    "fluentd",
                    Set.of(
                            "fluentd-address",
                            "fluentd-async",
                            "fluentd-async-connect",
                            "fluentd-async-reconnect-interval",
                            "fluentd-buffer-limit",
                            "fluentd-max-retries",
                            "fluentd-read-timeout",
                            "fluentd-request-ack",
                            "fluentd-retry-wait",
                            "fluentd-sub-second-precision",
                            "fluentd-write-timeout"),
                    "splunk",
                    Set.of(
                            "splunk-token",
                            "splunk-url",
                            "splunk-source",
                            "splunk-sourcetype",
                            "splunk-index",
                            "splunk-capath",
                            "splunk-caname",
                            "splunk-insecureskipverify",
                            "splunk-format",
                            "splunk-verify-connection",
                            "splunk-gzip",
                            "splunk-gzip-level",
                            "splunk-index-acknowledgment"));

    private static final Map<String, Set<String>> REQUIRED =
            Map.of("splunk", Set.of("splunk-token", "splunk-url"));

    private LogRules() {}

    static void check(@Nullable LogConfiguration logging, Complaints complaints) {
        if (logging == null) {
            return;
        }
        complaints.refuseAllBut(Set.of("logDriver", "options"), logging, "logConfiguration.");
        String driver = logging.logDriverAsString();
        Set<String> known = OPTIONS.get(driver);
        if (known == null) {
            throw complaints.unsupported("logConfiguration.logDriver", driver);
        }
        var strange = new TreeSet<>(logging.options().keySet());
        strange.removeAll(ALL);
        strange.removeAll(known);
        if (!strange.isEmpty()) {
            throw ApiErrors.client(
                    "Log driver " + driver + " disallows options: " + String.join(", ", strange));
        }
        var missing = new TreeSet<>(REQUIRED.getOrDefault(driver, Set.of()));
        missing.removeAll(logging.options().keySet());
        if (!missing.isEmpty()) {
            throw ApiErrors.client(
                    "Log driver " + driver + " requires options: " + String.join(", ", missing));
        }
        delivery(driver, logging.options());
    }

    private static void delivery(String driver, Map<String, String> options) {
        String mode = options.getOrDefault("mode", "blocking");
        if (!Set.of("blocking", "non-blocking").contains(mode)) {
            throw ApiErrors.client(
                    "Log driver "
                            + driver
                            + " option 'mode' must be 'blocking' or 'non-blocking': '"
                            + mode
                            + "'.");
        }
        String size = options.get("max-buffer-size");
        if (size != null && !BUFFER_SIZE.matcher(size).matches()) {
            throw ApiErrors.client(
                    "Log driver "
                            + driver
                            + " option 'max-buffer-size' must be a size such as '10m': '"
                            + size
                            + "'.");
        }
        if (size != null && !mode.equals("non-blocking")) {
            throw ApiErrors.client(
                    "Log driver "
                            + driver
                            + " option 'max-buffer-size' needs 'mode' to be 'non-blocking'.");
        }
    }
}
