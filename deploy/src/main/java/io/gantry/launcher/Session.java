package io.gantry.launcher;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a command needs to talk to a running installation. */
final class Session {
    static final String REGION = "us-east-1";

    private final Installation installation;
    private final Supervisor supervisor;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
    private final StatusPages pages = new StatusPages(http);

    Session(Installation installation, Supervisor supervisor) {
        this.installation = installation;
        this.supervisor = supervisor;
    }

    static Session open(Layout layout) {
        var supervisor = new Supervisor(layout, Distribution.own());
        return new Session(Installation.open(layout), supervisor);
    }

    Installation installation() {
        return installation;
    }

    Supervisor supervisor() {
        return supervisor;
    }

    StatusPages pages() {
        return pages;
    }

    /** The first key pair that a node has written down; null as long as none has. */
    @Nullable Credentials credentials() {
        for (Member node : installation.controlPlane()) {
            Credentials found = Credentials.read(installation.layout().credentials(node));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    ApiClient api() {
        return remote().api();
    }

    /** The API of that very node. */
    ApiClient apiOf(Member node) {
        return new ApiClient(http, List.of(node.url()), knownCredentials(), region());
    }

    /** One that asks these nodes, whether or not they run. */
    ApiClient api(List<URI> nodes) {
        return new ApiClient(http, nodes, knownCredentials(), region());
    }

    Credentials knownCredentials() {
        Credentials credentials = credentials();
        if (credentials == null) {
            throw new Failure(
                    "There are no credentials in %s yet; did it ever come up?"
                            .formatted(installation.layout().home()));
        }
        return credentials;
    }

    Remote remote() {
        Credentials credentials = knownCredentials();
        List<Member> running = supervisor.running(installation.controlPlane());
        if (running.isEmpty()) {
            throw new Failure("No node runs; \"gantry up\" starts them.");
        }
        return new Remote(http, running.stream().map(Member::url).toList(), credentials, region());
    }

    static String region() {
        String chosen = System.getenv("GANTRY_REGION");
        return chosen == null || chosen.isBlank() ? REGION : chosen;
    }
}
