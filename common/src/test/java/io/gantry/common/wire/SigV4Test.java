package io.gantry.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.gantry.common.time.VirtualTime;
import io.gantry.common.wire.WireException.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** The official signer as oracle: what it signs is accepted, and nothing else. */
class SigV4Test {
    private static final String[] PIECES = {
        "a",
        "Z",
        "7",
        "-",
        "_",
        ".",
        "~",
        " ",
        "+",
        "&",
        "=",
        "/",
        "é",
        "日",
        "\uD83D\uDE80",
        "%",
        "*"
    };
    private static final String[] SEGMENTS = {"/", "//", "/a", "/b%20c", "/./d", "/x/../e", "/%2F"};
    private static final AwsCredentialsIdentity KEYS =
            AwsCredentialsIdentity.create("AKID", "secret");
    private static final AwsCredentialsIdentity SESSION =
            AwsSessionCredentialsIdentity.create("AKID", "secret", "token/+=");

    private final VirtualTime time = new VirtualTime();
    private final SigV4 verifier =
            new SigV4((key, _) -> key.equals("AKID") ? "secret" : null, time);
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    @BeforeAll
    static void quieten() {
        ((Logger) LoggerFactory.getLogger("software.amazon.awssdk")).setLevel(Level.WARN);
    }

    @Test
    void whateverTheOfficialSignerSignsIsAcceptedAndNoMutationOfIt() {
        var random = new Random(1);
        for (int i = 0; i < 1500; i++) {
            boolean presigned = i % 3 == 0;
            byte[] body = presigned ? new byte[0] : text(random).getBytes(StandardCharsets.UTF_8);
            SdkHttpRequest request = request(random, presigned);
            HttpRequest signed = sign(request, body, i % 2 == 0 ? KEYS : SESSION, presigned);

            assertThat(verifier.verify(signed)).isEqualTo(new Identity("AKID", "eu-west-1", "ecs"));
            assertRefused(with(signed, it -> it + "/z", q -> q, body));
            assertRefused(with(signed, p -> p, q -> q == null ? "z" : q + "&z", body));
            assertRefused(
                    with(
                            signed,
                            p -> p,
                            q -> q,
                            (text(random) + "z").getBytes(StandardCharsets.UTF_8)));
            assertRefused(withHeader(signed, "host", "elsewhere"));
            if (!presigned) {
                assertRefused(withHeader(signed, "x-amz-target", "Other.Operation"));
            }
        }
    }

    @Test
    void ourOwnSignaturesEqualTheOfficialOnes() {
        var random = new Random(2);
        for (int i = 0; i < 500; i++) {
            boolean session = i % 2 == 0;
            byte[] body = text(random).getBytes(StandardCharsets.UTF_8);
            SdkHttpRequest request = request(random, false);
            HttpRequest official = sign(request, body, session ? SESSION : KEYS, false);
            Map<String, String> headers = new LinkedHashMap<>();
            request.forEachHeader((name, values) -> headers.put(name, String.join(",", values)));
            Map<String, String> added =
                    SigV4Signer.sign(
                            request.method().name(),
                            uri(request),
                            headers,
                            body,
                            "AKID",
                            "secret",
                            session ? "token/+=" : null,
                            "eu-west-1",
                            "ecs",
                            time.now());

            assertThat(added.get("Authorization")).isEqualTo(official.header("authorization"));
            headers.put("host", "localhost:8080");
            headers.putAll(added);
            assertThat(verifier.verify(received(request, headers, body)).accessKey())
                    .isEqualTo("AKID");
        }
    }

    /**
     * The example of the documentation of S3, which signs paths as they are.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">signature
     *     calculations</a>
     */
    @Test
    void ourOwnSignaturesForS3EqualThoseOfItsDocumentation() {
        Map<String, String> signed =
                SigV4Signer.sign(
                        "GET",
                        URI.create("https://examplebucket.s3.amazonaws.com/test.txt"),
                        Map.of("Range", "bytes=0-9"),
                        new byte[0],
                        "AKIAIOSFODNN7EXAMPLE",
                        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                        null,
                        "us-east-1",
                        "s3",
                        Instant.parse("2013-05-24T00:00:00Z"));

        assertThat(signed.get("Authorization"))
                .endsWith(
                        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void plusMeansSpaceAndLiteralPlusesAreEscaped() {
        URI uri = URI.create("ws://localhost/ws?dockerVersion=a%20b&x=c%2Bd");
        Map<String, String> headers = signed(uri, null, time.now());

        assertThat(verifier.verify(get("dockerVersion=a+b&x=c%2Bd", headers)).service())
                .isEqualTo("ecs");
        assertRefused(get("dockerVersion=a%20b&x=c+d", headers));
        assertRefused(get("dockerVersion=a%2Bb&x=c%2Bd", headers));
    }

    @Test
    void bytesThatAreNotTextAreNotConfused() {
        Map<String, String> headers =
                signed(URI.create("ws://localhost/ws?x=%FF"), null, time.now());

        assertThat(verifier.verify(get("x=%ff", headers)).accessKey()).isEqualTo("AKID");
        assertRefused(get("x=%FE", headers));
        assertRefused(get("x=%EF%BF%BD", headers));
    }

    @Test
    void clocksMayDifferByFiveMinutes() {
        Map<String, String> headers = signed(URI.create("ws://localhost/ws"), null, time.now());
        time.advance(Duration.ofMinutes(5));
        assertThat(verifier.verify(get(null, headers)).accessKey()).isEqualTo("AKID");
        time.advance(Duration.ofSeconds(1));
        assertRefused(get(null, headers), Kind.INVALID_SIGNATURE, "Signature expired");

        Instant later = time.now().plusSeconds(301);
        Map<String, String> early = signed(URI.create("ws://localhost/ws"), null, later);
        assertRefused(get(null, early), Kind.INVALID_SIGNATURE, "Signature not yet current");
    }

    @Test
    void presignedUrlsExpireWhenTheySay() {
        HttpRequest url = sign(request(new Random(3), true), new byte[0], KEYS, true);
        time.advance(Duration.ofMinutes(10));
        assertThat(verifier.verify(url).accessKey()).isEqualTo("AKID");
        time.advance(Duration.ofSeconds(1));
        assertRefused(url, Kind.INVALID_SIGNATURE, "Signature expired");
    }

    @Test
    void everyDefectHasItsOwnError() {
        Map<String, String> good = signed(URI.create("ws://localhost/ws"), null, time.now());
        String authorization = Objects.requireNonNull(good.get("Authorization"));
        assertRefused(get(null, Map.of()), Kind.MISSING_SIGNATURE, "Token");
        assertRefused(authorized(good, "Basic abc"), Kind.INCOMPLETE_SIGNATURE, "'Basic'");
        assertRefused(authorized(good, ""), Kind.INCOMPLETE_SIGNATURE, "algorithm");
        assertRefused(
                authorized(good, "AWS4-HMAC-SHA256 Signature=x"),
                Kind.INCOMPLETE_SIGNATURE,
                "requires 'Credential' parameter. Authorization header requires 'SignedHeaders'");
        assertRefused(
                authorized(good, authorization.replace("AKID/", "AK/ID/")),
                Kind.INCOMPLETE_SIGNATURE,
                "5 slash-delimited");
        assertRefused(
                authorized(good, authorization.replaceFirst("=[0-9a-f]{4}", "=zzzz")),
                Kind.INCOMPLETE_SIGNATURE,
                "hexadecimal");
        assertRefused(
                authorized(good, authorization.replace("AKID", "OTHER")),
                Kind.UNKNOWN_CLIENT,
                "security token");
        assertRefused(
                authorized(good, authorization.replace("host;", "")),
                Kind.INVALID_SIGNATURE,
                "'Host' must be");
        var undated = new LinkedHashMap<>(good);
        undated.remove("X-Amz-Date");
        assertRefused(get(null, undated), Kind.INCOMPLETE_SIGNATURE, "X-Amz-Date");
        undated.put("X-Amz-Date", "20270140T000000Z");
        assertRefused(get(null, undated), Kind.INVALID_SIGNATURE, "Credential scope");
        var target = new LinkedHashMap<>(good);
        target.put("x-amz-target", "A.B");
        assertRefused(get(null, target), Kind.INVALID_SIGNATURE, "'x-amz-target' must be");
        assertRefused(get("a=%zz", good), Kind.INCOMPLETE_SIGNATURE, "query string");
        assertRefused(get("X-Amz-Signature=a", Map.of()), Kind.INCOMPLETE_SIGNATURE, "algorithm");
    }

    @Test
    void theKeeperOfSecretsMayDeclareATokenExpired() {
        var expiring =
                new SigV4(
                        (_, token) -> {
                            assertThat(token).isEqualTo("old");
                            throw WireException.expiredToken();
                        },
                        time);
        HttpRequest request = get(null, signed(URI.create("ws://localhost/ws"), "old", time.now()));
        assertThatThrownBy(() -> expiring.verify(request))
                .isInstanceOfSatisfying(
                        WireException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.EXPIRED_TOKEN));
    }

    @Test
    void withoutAuthenticationTheCredentialIsBelieved() {
        Map<String, String> headers = signed(URI.create("ws://localhost/ws"), null, time.now());
        Authentication none = Authentication.none();
        String query = "X-Amz-Credential=ME%2F20260101%2Fus-west-2%2Fsts%2Faws4_request";
        assertThat(none.authenticate(get("any=thing", headers)))
                .isEqualTo(new Identity("AKID", "eu-west-1", "ecs"));
        assertThat(none.authenticate(get(query, Map.of())))
                .isEqualTo(new Identity("ME", "us-west-2", "sts"));
        assertThat(none.authenticate(get(null, Map.of()))).isEqualTo(Identity.ANONYMOUS);
    }

    private Map<String, String> signed(URI uri, @Nullable String token, Instant at) {
        byte[] none = new byte[0];
        return SigV4Signer.sign(
                "GET", uri, Map.of(), none, "AKID", "secret", token, "eu-west-1", "ecs", at);
    }

    private static HttpRequest authorized(Map<String, String> headers, String authorization) {
        var changed = new LinkedHashMap<>(headers);
        changed.put("Authorization", authorization);
        return get(null, changed);
    }

    private static HttpRequest get(@Nullable String query, Map<String, String> headers) {
        Map<String, String> lower = new LinkedHashMap<>();
        lower.put("host", "localhost");
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        return new HttpRequest("GET", "/ws", query, lower::get, new byte[0]);
    }

    private static HttpRequest received(
            SdkHttpRequest request, Map<String, String> headers, byte[] body) {
        Map<String, String> lower = new LinkedHashMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        String query = request.encodedQueryParameters().orElse(null);
        String path = request.encodedPath().isEmpty() ? "/" : request.encodedPath();
        return new HttpRequest(request.method().name(), path, query, lower::get, body);
    }

    private static URI uri(SdkHttpRequest request) {
        String query = request.encodedQueryParameters().map(text -> "?" + text).orElse("");
        return URI.create("http://localhost:8080" + request.encodedPath() + query);
    }

    private static SdkHttpRequest request(Random random, boolean presigned) {
        var path = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            path.append(SEGMENTS[random.nextInt(SEGMENTS.length)]);
        }
        var request =
                SdkHttpRequest.builder()
                        .method(presigned ? SdkHttpMethod.GET : SdkHttpMethod.POST)
                        .protocol("http")
                        .host("localhost")
                        .port(8080)
                        .encodedPath(path.isEmpty() ? "/" : path.toString());
        for (int i = random.nextInt(4); i > 0; i--) {
            request.appendRawQueryParameter(
                    text(random), random.nextInt(5) > 0 ? text(random) : "");
        }
        if (!presigned) {
            request.putHeader("X-Amz-Target", "Prefix.Operation" + random.nextInt(9));
            request.putHeader("x-odd", "a  b   " + random.nextInt(9) + " c");
        }
        return request.build();
    }

    private static String text(Random random) {
        var text = new StringBuilder("q");
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private HttpRequest sign(
            SdkHttpRequest request, byte[] body, AwsCredentialsIdentity keys, boolean presigned) {
        var clock = Clock.fixed(time.now(), ZoneOffset.UTC);
        SignedRequest signed =
                signer.sign(
                        r -> {
                            r.identity(keys)
                                    .request(request)
                                    .payload(ContentStreamProvider.fromByteArray(body))
                                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "ecs")
                                    .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                                    .putProperty(HttpSigner.SIGNING_CLOCK, clock);
                            if (presigned) {
                                r.putProperty(
                                                AwsV4HttpSigner.AUTH_LOCATION,
                                                AuthLocation.QUERY_STRING)
                                        .putProperty(
                                                AwsV4HttpSigner.EXPIRATION_DURATION,
                                                Duration.ofMinutes(10));
                            }
                        });
        try {
            byte[] content = MemoryHttpClient.content(signed.payload().orElse(null));
            return MemoryHttpClient.received(signed.request(), content);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static HttpRequest with(
            HttpRequest it,
            Function<String, String> path,
            Function<@Nullable String, @Nullable String> query,
            byte[] body) {
        return new HttpRequest(
                it.method(), path.apply(it.path()), query.apply(it.query()), it.headers(), body);
    }

    private static HttpRequest withHeader(HttpRequest it, String header, String value) {
        Function<String, @Nullable String> headers =
                name -> name.equals(header) ? value : it.header(name);
        return new HttpRequest(it.method(), it.path(), it.query(), headers, it.body());
    }

    private void assertRefused(HttpRequest request) {
        assertRefused(request, Kind.INVALID_SIGNATURE, "");
    }

    private void assertRefused(HttpRequest request, Kind kind, String text) {
        assertThatThrownBy(() -> verifier.verify(request))
                .hasMessageContaining(text)
                .isInstanceOfSatisfying(
                        WireException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
