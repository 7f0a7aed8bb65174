package io.gantry.launcher;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which control plane a command is about: that of this machine, or one elsewhere. */
final class RemoteOptions {
    @Mixin private final HomeOption home = new HomeOption();

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            split = ",",
            description =
                    "nodes of a control plane elsewhere, tried one after the other (default: the"
                            + " installation of this machine, or $AWS_ENDPOINT_URL)")
    private List<String> endpoints = new ArrayList<>();

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description =
                    "key for --endpoint, in a file as nodes write it (default:"
                            + " $AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY)")
    private @Nullable Path credentials;

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "name or ARN of the cluster (default: ${DEFAULT-VALUE})")
    private String cluster = "default";

    String cluster() {
        return cluster;
    }

    Layout layout() {
        return home.layout();
    }

    /** Whether a control plane was named, so that nothing of this machine is meant. */
    boolean elsewhere() {
        return !endpoints.isEmpty();
    }

    Remote open() {
        List<String> named = endpoints;
        String variable = System.getenv("AWS_ENDPOINT_URL");
        if (named.isEmpty()) {
            if (Installation.exists(layout()) || variable == null || variable.isBlank()) {
                return Session.open(layout()).remote();
            }
            named = List.of(variable);
        }
        HttpClient http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .build();
        return new Remote(http, named.stream().map(RemoteOptions::node).toList(), key(), region());
    }

    /** Reads {@code host:port} or a whole URL. */
    static URI node(String text) {
        try {
            URI uri = URI.create(text.contains("://") ? text : "http://" + text);
            boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (known && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            throw new Failure(
                    "'%s' is not a URL such as http://host:8700.".formatted(text), malformed);
        }
        throw new Failure("'%s' is not a URL such as http://host:8700.".formatted(text));
    }

    private Credentials key() {
        if (credentials != null) {
            Credentials read = Credentials.read(credentials);
            if (read == null) {
                throw new Failure("There is no key in %s.".formatted(credentials));
            }
            return read;
        }
        String id = System.getenv("AWS_ACCESS_KEY_ID");
        String secret = System.getenv("AWS_SECRET_ACCESS_KEY");
        if (id == null || secret == null) {
            throw new Failure(
                    "A control plane elsewhere needs a key: name a file with --credentials, or set"
                            + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
        }
        return new Credentials(id, secret);
    }

    private static String region() {
        String variable = System.getenv("AWS_REGION");
        boolean chosen = System.getenv("GANTRY_REGION") == null && variable != null;
        return chosen && !variable.isBlank() ? variable : Session.region();
    }
}
