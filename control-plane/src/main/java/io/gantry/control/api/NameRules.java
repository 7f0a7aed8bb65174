package io.gantry.control.api;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.HostEntry;

/** What a container is called on the network, and how it finds the names of others. */
final class NameRules {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}");
    private static final String DOMAIN = "^[a-zA-Z0-9-.]{0,253}[a-zA-Z0-9]$";
    private static final Pattern DOMAIN_PATTERN = Pattern.compile(DOMAIN);
    private static final Pattern IPV4 =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

    /** Stands for the machine's own address, in Docker's words. */
    private static final String GATEWAY = "host-gateway";

    private NameRules() {}

    static void check(ContainerDefinition container, Complaints complaints) {
        String hostname = container.hostname();
        if (hostname != null && !hostname.isEmpty() && !HOST.matcher(hostname).matches()) {
            throw complaints.wrong("'hostname' contains invalid characters: '" + hostname + "'.");
        }
        for (String server : container.dnsServers()) {
            if (!isAddress(server)) {
                throw complaints.wrong("DNS server '" + server + "' is not an IP address.");
            }
        }
        for (String domain : container.dnsSearchDomains()) {
            if (!DOMAIN_PATTERN.matcher(domain).matches()) {
                throw ApiErrors.client(
                        "DNS search domain "
                                + domain
                                + " contains invalid characters, does not match pattern "
                                + DOMAIN);
            }
        }
        for (HostEntry entry : container.extraHosts()) {
            if (!HOST.matcher(entry.hostname()).matches()
                    || !(isAddress(entry.ipAddress()) || entry.ipAddress().equals(GATEWAY))) {
                throw complaints.wrong(
                        "'extraHosts' must have host names and IP addresses: '"
                                + entry.hostname()
                                + "', '"
                                + entry.ipAddress()
                                + "'.");
            }
        }
    }

    private static boolean isAddress(@Nullable String text) {
        if (text == null || text.indexOf(':') < 0) {
            return text != null && IPV4.matcher(text).matches();
        }
        try {
            return text.indexOf('%') < 0 && InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }
}
