package io.gantry.control.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What an agent said, byte for byte, and what it was told. The names in it are replaced by those
 * that are good here; they are of the same lengths as long as the cluster is called "demo".
 */
final class Recording {
    private static final String INSTANCE = "00000000000000000000000000abc001";
    private static final String OTHER_INSTANCE = "00000000000000000000000000abc006";

    private final String cluster;
    private final Map<String, String> names = new LinkedHashMap<>();

    Recording(String cluster) {
        this.cluster = cluster;
    }

    /** Calls the machine by its name from now on. */
    void instance(String id) {
        names.put(INSTANCE, id);
        names.put(OTHER_INSTANCE, id);
    }

    /** Calls the task that was recorded with this number by its name from now on. */
    void task(int recorded, String arn) {
        names.put("%032x".formatted(recorded), arn.substring(arn.lastIndexOf('/') + 1));
    }

    private static Stream<String> lines(String resource) {
        return text(resource).lines().filter(line -> !line.isEmpty());
    }

    private static String text(String resource) {
        try (InputStream stream =
                Objects.requireNonNull(Recording.class.getResourceAsStream(resource))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** A call to the API. */
    record Call(String operation, String body) {
        private static Call of(String line) {
            int space = line.indexOf(' ');
            return new Call(line.substring(0, space), line.substring(space + 1));
        }
    }

    /** One call of each shape. */
    List<Call> calls() {
        return lines("calls.txt").map(this::named).map(Call::of).toList();
    }

    /** The body of the first call that holds all of these texts. */
    String body(String operation, String... texts) {
        return calls().stream()
                .filter(call -> call.operation.equals(operation))
                .map(Call::body)
                .filter(body -> Stream.of(texts).allMatch(body::contains))
                .findFirst()
                .orElseThrow();
    }

    /** One frame of each shape on the command channel. */
    List<String> commandFrames() {
        return lines("acs.txt").map(this::named).toList();
    }

    /** One frame of each shape on the telemetry channel, without the headers before it. */
    List<String> telemetryFrames() {
        return lines("tcs.txt").map(this::named).toList();
    }

    /** The first frame of a type on either channel. */
    String frame(String type) {
        return Stream.concat(commandFrames().stream(), telemetryFrames().stream())
                .filter(frame -> frame.startsWith("{\"type\":\"" + type + '"'))
                .findFirst()
                .orElseThrow();
    }

    /** What the agent was told: a frame of each type, after the channel's name. */
    static List<String> told() {
        return lines("server.txt").toList();
    }

    /** The heads of a call and of both upgrades, as sent. */
    List<String> heads() {
        return Stream.of(text("heads.txt").strip().split("\n\n")).map(this::named).toList();
    }

    private String named(String text) {
        String named =
                text.replace("/demo/", '/' + cluster + '/')
                        .replace("%2Fdemo%2F", "%2F" + cluster + "%2F")
                        .replace("cluster/demo", "cluster/" + cluster)
                        .replace("\"cluster\":\"demo\"", "\"cluster\":\"" + cluster + '"')
                        .replace("cluster=demo", "cluster=" + cluster)
                        .replace("clusterArn=demo", "clusterArn=" + cluster);
        for (var name : names.entrySet()) {
            named = named.replace(name.getKey(), name.getValue());
        }
        return named;
    }
}
