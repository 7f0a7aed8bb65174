package io.gantry.common.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request in the form that Signature Version 4 signs, and the signature of it. */
final class Canonical {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String TERMINATOR = "aws4_request";
    private static final Pattern SPACES = Pattern.compile(" +");

    private Canonical() {}

    /** What a signature is for: a day, a region and a service. */
    record Scope(String date, String region, String service) {

        /** The key that signs everything within the scope. */
        byte[] key(String secret) {
            byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
            for (String part : List.of(date, region, service, TERMINATOR)) {
                key = Hash.hmac(key, part);
            }
            return key;
        }

        byte[] signature(byte[] key, String time, String canonicalRequest) {
            String hash = Hash.sha256(canonicalRequest.getBytes(StandardCharsets.UTF_8));
            return Hash.hmac(key, ALGORITHM + '\n' + time + '\n' + this + '\n' + hash);
        }

        @Override
        public String toString() {
            return date + '/' + region + '/' + service + '/' + TERMINATOR;
        }
    }

    /**
     * The request as it is signed.
     *
     * @param path as received
     * @param query as received; its signature is left out
     * @param headers the signed ones by lower-case name, in the order in which they are signed
     */
    static String request(
            String method,
            String path,
            @Nullable String query,
            Map<String, String> headers,
            String payloadHash) {
        return text(method, path(path), query, headers, payloadHash);
    }

    /** The same for S3, which signs the path as it is sent: its keys may hold dots and slashes. */
    static String s3Request(
            String method,
            String path,
            @Nullable String query,
            Map<String, String> headers,
            String payloadHash) {
        return text(method, path.isEmpty() ? "/" : path, query, headers, payloadHash);
    }

    private static String text(
            String method,
            String canonicalPath,
            @Nullable String query,
            Map<String, String> headers,
            String payloadHash) {
        var text = new StringBuilder(512).append(method).append('\n');
        text.append(canonicalPath).append('\n').append(query(query)).append('\n');
        headers.forEach(
                (name, value) -> text.append(name).append(':').append(trim(value)).append('\n'));
        text.append('\n').append(String.join(";", headers.keySet()));
        return text.append('\n').append(payloadHash).toString();
    }

    private static String trim(String value) {
        String trimmed = value.strip();
        return trimmed.contains("  ") ? SPACES.matcher(trimmed).replaceAll(" ") : trimmed;
    }

    /** Every service but S3 signs the path without dots, each segment encoded once more. */
    private static String path(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                byte[] bytes = segment.getBytes(StandardCharsets.UTF_8);
                segments.add(Text.percentEncode(new StringBuilder(), bytes).toString());
            }
        }
        String end = path.endsWith("/") && !segments.isEmpty() ? "/" : "";
        return "/" + String.join("/", segments) + end;
    }

    /** A parameter of the query, both parts encoded the one way that is signed. */
    private record Parameter(String name, String value) {}

    /**
     * Sorted by encoded name, then value. A plus sign means a space, which some clients sign as
     * such and then send as plus.
     */
    private static String query(@Nullable String query) {
        return parameters(query).stream()
                .filter(field -> !field.name.equals("X-Amz-Signature"))
                .sorted(Comparator.comparing(Parameter::name).thenComparing(Parameter::value))
                .map(field -> field.name + '=' + field.value)
                .collect(Collectors.joining("&"));
    }

    /** The decoded parameters by name, the last of each. */
    static Map<String, String> fields(@Nullable String query) {
        Map<String, String> fields = new HashMap<>();
        for (Parameter parameter : parameters(query)) {
            fields.put(decoded(parameter.name), decoded(parameter.value));
        }
        return fields;
    }

    private static String decoded(String text) {
        return new String(Text.percentDecoded(text), StandardCharsets.UTF_8);
    }

    /** Decoded and encoded byte by byte, so that no two different queries become one. */
    private static String encodedAnew(String text) {
        return Text.percentEncode(new StringBuilder(), Text.percentDecoded(text)).toString();
    }

    private static List<Parameter> parameters(@Nullable String query) {
        List<Parameter> parameters = new ArrayList<>();
        if (query == null || query.isEmpty()) {
            return parameters;
        }
        try {
            for (String field : query.split("&", -1)) {
                int equals = field.indexOf('=');
                String name = equals < 0 ? field : field.substring(0, equals);
                String value = equals < 0 ? "" : field.substring(equals + 1);
                parameters.add(new Parameter(encodedAnew(name), encodedAnew(value)));
            }
        } catch (IllegalArgumentException malformed) {
            throw new WireException(
                    WireException.Kind.INCOMPLETE_SIGNATURE, "The query string is malformed");
        }
        return parameters;
    }
}
