package io.gantry.worker.docker;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How long the engine may take to answer a request; the numbers are those of Amazon's agent.
 *
 * @param transition what the engine is asked for, as Amazon's agent words it
 * @param streams only the head of the answer is awaited, its body may go on for ever
 */
record CallLimit(Duration limit, String transition, boolean streams) {
    private static final Duration QUICK = Duration.ofSeconds(30);
    private static final Duration PING = Duration.ofSeconds(5);
    private static final Duration LIST = Duration.ofMinutes(1);
    private static final Duration CREATE = Duration.ofMinutes(4);
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration KILL = Duration.ofMinutes(2);
    private static final Duration REMOVE = Duration.ofMinutes(5);
    private static final Duration MANIFEST = Duration.ofMinutes(1);
    private static final Duration WAIT = Duration.ofHours(24);
    private static final Pattern VERSION = Pattern.compile("^.*?/v1\\.\\d+(?=/)");
    private static final Pattern STREAMS =
            Pattern.compile(
                    "/events|/build|/commit|/images/(load|.+/get)|/exec/[^/]+/start"
                            + "|/containers/[^/]+/(logs|stats|attach|wait|export|archive)");

    /** The limit of a request. */
    static CallLimit of(String method, String pathAndQuery) {
        int question = pathAndQuery.indexOf('?');
        String path = question < 0 ? pathAndQuery : pathAndQuery.substring(0, question);
        path = VERSION.matcher(path).replaceFirst("");
        if (path.equals("/images/create")) {
            // The head comes with the manifest; the body is watched by whoever pulls.
            return new CallLimit(MANIFEST, "pulled", true);
        }
        if (STREAMS.matcher(path).matches()) {
            return new CallLimit(path.endsWith("/wait") ? WAIT : QUICK, path.substring(1), true);
        }
        return switch (method) {
            case "GET", "HEAD" -> question(path);
            case "DELETE" -> new CallLimit(REMOVE, "removing", false);
            default -> order(path);
        };
    }

    private static CallLimit question(String path) {
        if (path.equals("/_ping")) {
            return new CallLimit(PING, "pinging", false);
        }
        return path.endsWith("/json") && path.chars().filter(one -> one == '/').count() == 2
                ? new CallLimit(LIST, "listing", false)
                : new CallLimit(QUICK, "inspecting", false);
    }

    private static CallLimit order(String path) {
        if (path.endsWith("/create")) {
            return new CallLimit(CREATE, "created", false);
        }
        if (path.endsWith("/start")) {
            return new CallLimit(START, "started", false);
        }
        if (path.endsWith("/kill")) {
            return new CallLimit(KILL, "stopped", false);
        }
        return new CallLimit(START, path.substring(path.lastIndexOf('/') + 1), false);
    }

    /** A duration as Go writes it, such as 4m0s. */
    static String text(Duration duration) {
        String seconds = duration.toSecondsPart() + "s";
        String minutes = duration.toMinutesPart() + "m" + seconds;
        if (duration.toHours() > 0) {
            return duration.toHours() + "h" + minutes;
        }
        return duration.toMinutes() > 0 ? minutes : seconds;
    }
}
