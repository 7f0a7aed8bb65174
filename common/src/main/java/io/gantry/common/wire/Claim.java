package io.gantry.common.wire;

import io.gantry.common.wire.Canonical.Scope;
import io.gantry.common.wire.WireException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about its signature, in the Authorization header or in a presigned URL.
 *
 * @param time as sent, in ISO 8601's basic format
 * @param validity how long a presigned URL is good for; null for the header
 * @param headers lower-case names of the signed headers, in their order
 */
record Claim(
        String accessKey,
        Scope scope,
        String time,
        @Nullable Duration validity,
        @Nullable String token,
        List<String> headers,
        String signature) {
    private static final Pattern CREDENTIAL =
            Pattern.compile("([^/]+)/(\\d{8})/([^/]+)/([^/]+)/" + Canonical.TERMINATOR);
    private static final Pattern TIME = Pattern.compile("\\d{8}T\\d{6}Z");
    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");
    private static final Duration LONGEST = Duration.ofDays(7);

    /** Throws a {@link WireException} if the request has no complete signature. */
    static Claim of(HttpRequest request) {
        String authorization = request.header("authorization");
        return authorization != null ? inHeader(request, authorization) : inQuery(request);
    }

    /** Who the request claims to be from; {@link Identity#ANONYMOUS} if it does not say. */
    static Identity unverified(HttpRequest request) {
        String authorization = request.header("authorization");
        String credential =
                authorization != null
                        ? headerFields(authorization).get("Credential")
                        : Canonical.fields(request.query()).get("X-Amz-Credential");
        Matcher match = CREDENTIAL.matcher(Objects.requireNonNullElse(credential, ""));
        return match.matches()
                ? new Identity(match.group(1), match.group(3), match.group(4))
                : Identity.ANONYMOUS;
    }

    Identity identity(@Nullable AssumedRole role) {
        return new Identity(accessKey, scope.region(), scope.service(), role);
    }

    private static Claim inHeader(HttpRequest request, String authorization) {
        if (!authorization.startsWith(Canonical.ALGORITHM + ' ')) {
            String algorithm = authorization.split(" ", 2)[0];
            throw incomplete("Unsupported AWS 'algorithm': '" + algorithm + "'.");
        }
        Map<String, String> fields = headerFields(authorization);
        List<String> missing = new ArrayList<>();
        for (String name : List.of("Credential", "Signature", "SignedHeaders")) {
            if (!fields.containsKey(name)) {
                missing.add("Authorization header requires '" + name + "' parameter.");
            }
        }
        String time = request.header("x-amz-date");
        if (time == null) {
            missing.add("Authorization header requires existence of a 'X-Amz-Date' header.");
        }
        if (time == null || !missing.isEmpty()) {
            throw incomplete(String.join(" ", missing));
        }
        return of(
                field(fields, "Credential"),
                time,
                null,
                request.header("x-amz-security-token"),
                field(fields, "SignedHeaders"),
                field(fields, "Signature"));
    }

    private static Map<String, String> headerFields(String authorization) {
        Map<String, String> fields = new HashMap<>();
        int start = authorization.indexOf(' ') + 1;
        for (String field : authorization.substring(start).split(",", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals).strip(), field.substring(equals + 1).strip());
            }
        }
        return fields;
    }

    private static Claim inQuery(HttpRequest request) {
        Map<String, String> fields = Canonical.fields(request.query());
        if (!fields.containsKey("X-Amz-Signature")) {
            throw new WireException(
                    Kind.MISSING_SIGNATURE, "Request is missing Authentication Token");
        }
        if (!Canonical.ALGORITHM.equals(fields.get("X-Amz-Algorithm"))) {
            throw incomplete("Unsupported AWS 'algorithm' in the query string.");
        }
        return of(
                field(fields, "X-Amz-Credential"),
                field(fields, "X-Amz-Date"),
                validity(fields.getOrDefault("X-Amz-Expires", "900")),
                fields.get("X-Amz-Security-Token"),
                field(fields, "X-Amz-SignedHeaders"),
                field(fields, "X-Amz-Signature"));
    }

    private static Duration validity(String seconds) {
        try {
            Duration validity = Duration.ofSeconds(Integer.parseInt(seconds));
            if (!validity.isNegative() && validity.compareTo(LONGEST) <= 0) {
                return validity;
            }
        } catch (NumberFormatException malformed) {
            // Refused below like a number that is out of range.
        }
        throw incomplete("X-Amz-Expires must be a number of seconds from 0 to 604800.");
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw incomplete("The query string requires '" + name + "'.");
        }
        return value;
    }

    private static Claim of(
            String credential,
            String time,
            @Nullable Duration validity,
            @Nullable String token,
            String headers,
            String signature) {
        Matcher match = CREDENTIAL.matcher(credential);
        if (!match.matches()) {
            throw incomplete(
                    "Credential must have exactly 5 slash-delimited elements, e.g."
                            + " keyid/date/region/service/term, got '"
                            + credential
                            + "'");
        }
        if (!TIME.matcher(time).matches()) {
            throw incomplete("Date must be in ISO-8601 'basic format'. Got '" + time + "'.");
        }
        if (!SIGNATURE.matcher(signature).matches()) {
            throw incomplete("Signature must be 64 hexadecimal digits.");
        }
        if (!time.startsWith(match.group(2))) {
            throw new WireException(
                    Kind.INVALID_SIGNATURE,
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of"
                            + " date from HTTP.");
        }
        var scope = new Scope(match.group(2), match.group(3), match.group(4));
        List<String> names = List.of(headers.split(";", -1));
        return new Claim(match.group(1), scope, time, validity, token, names, signature);
    }

    byte[] signatureBytes() {
        return HexFormat.of().parseHex(signature);
    }

    private static WireException incomplete(String text) {
        return new WireException(Kind.INCOMPLETE_SIGNATURE, text);
    }
}
