package io.gantry.common.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.time.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.DeleteClusterRequest;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeClustersResponse;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.ListClustersRequest;
import software.amazon.awssdk.services.ecs.model.ListClustersResponse;
import software.amazon.awssdk.services.ecs.model.StopTaskRequest;
import software.amazon.awssdk.services.ecs.model.StopTaskResponse;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

class DispatcherTest {
    private static final String ECS = "AmazonEC2ContainerServiceV20141113.";
    private static final String STS = "Version=2011-06-15&Action=";
    private static final int MEGABYTE = 1 << 20;

    private final VirtualTime time = new VirtualTime();
    private final List<String> observed = new ArrayList<>();
    private final Dispatcher dispatcher = dispatcher(Authentication.none());
    private final Dispatcher strict =
            dispatcher(
                    new SigV4(
                            (key, token) -> {
                                if ("old".equals(token)) {
                                    throw WireException.expiredToken();
                                }
                                return key.equals("AKID") ? "secret" : null;
                            },
                            time));

    private Dispatcher dispatcher(Authentication authentication) {
        return new Dispatcher(
                authentication,
                List.of(ecs(), sts()),
                (operation, code, nanos) -> {
                    assertThat(nanos).isPositive();
                    observed.add(operation + " " + code);
                });
    }

    private static Api ecs() {
        return Api.any("ecs", "AmazonEC2ContainerServiceV20141113", "2014-11-13", "urn:ecs")
                .violations(
                        texts ->
                                InvalidParameterException.builder()
                                        .message(String.join("; ", texts))
                                        .build())
                .on(
                        DescribeClustersRequest.class,
                        (caller, _) ->
                                DescribeClustersResponse.builder()
                                        .clusters(cluster(caller.identity().accessKey()))
                                        .failures(List.of())
                                        .build())
                .on(
                        DeleteClusterRequest.class,
                        (_, _) -> {
                            throw ClusterNotFoundException.builder().message("Not <here>.").build();
                        })
                .on(
                        ListClustersRequest.class,
                        (_, request) -> {
                            if (request.maxResults() != null) {
                                throw new AssertionError("a bug: " + request);
                            }
                            return ListClustersResponse.builder().clusterArns("x").build();
                        })
                .on(StopTaskRequest.class, (_, _) -> StopTaskResponse.builder().build())
                .unvalidated(StopTaskRequest.class);
    }

    private static Api sts() {
        return Api.query("sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/")
                .on(
                        GetCallerIdentityRequest.class,
                        (caller, _) ->
                                GetCallerIdentityResponse.builder()
                                        .arn("a<b&\u0001")
                                        .userId(caller.identity().accessKey())
                                        .build())
                .on(AssumeRoleRequest.class, (_, _) -> AssumeRoleResponse.builder().build())
                .open(
                        AssumeRoleWithWebIdentityRequest.class,
                        (caller, _) ->
                                AssumeRoleWithWebIdentityResponse.builder()
                                        .audience(caller.identity().accessKey())
                                        .build());
    }

    private static Cluster cluster(String name) {
        return Cluster.builder().clusterName(name).build();
    }

    @Test
    void jsonIsAnsweredInJson() {
        HttpReply reply = dispatcher.dispatch(json("DescribeClusters", "{}"));

        assertThat(text(reply))
                .isEqualTo("{\"clusters\":[{\"clusterName\":\"anonymous\"}],\"failures\":[]}");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.contentType()).isEqualTo("application/x-amz-json-1.1");
        assertThat(reply.headers().get("x-amzn-RequestId")).matches("[0-9a-f-]{36}");
        assertThat(observed).containsExactly("DescribeClusters OK");
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-amz-json-1.0, application/x-amz-json-1.0",
        "application/json, application/x-amz-json-1.1",
        "text/plain, application/x-amz-json-1.1"
    })
    void theTargetDecidesWhateverTheContentTypeSays(String type, String answered) {
        var headers = Map.of("x-amz-target", ECS + "ListClusters", "content-type", type);
        HttpReply reply = dispatcher.dispatch(request("POST", null, headers, utf8("{}")));
        assertThat(text(reply)).isEqualTo("{\"clusterArns\":[\"x\"]}");
        assertThat(reply.contentType()).isEqualTo(answered);
    }

    @Test
    void cborIsAnsweredInCbor() {
        String path = "/service/AmazonEC2ContainerServiceV20141113/operation/";
        HttpReply reply = dispatcher.dispatch(cbor(path + "ListClusters", "a0"));
        HttpReply failure =
                dispatcher.dispatch(cbor(path + "DeleteCluster", "a167636c757374657260"));
        HttpReply unknown = dispatcher.dispatch(cbor("/service/x", "a0"));

        assertThat(HexFormat.of().formatHex(reply.body())).contains("81" + "6178");
        assertThat(reply.headers()).containsEntry("smithy-protocol", "rpc-v2-cbor");
        assertThat(failure.status()).isEqualTo(400);
        assertThat(new String(failure.body(), StandardCharsets.UTF_8))
                .contains("__type", "ClusterNotFoundException", "Not <here>.");
        assertThat(unknown.status()).isEqualTo(404);
    }

    @Test
    void formsAndQueryStringsAreAnsweredInXml() {
        HttpReply post = dispatcher.dispatch(form(STS + "GetCallerIdentity"));
        HttpReply get =
                dispatcher.dispatch(
                        request("GET", STS + "GetCallerIdentity", Map.of(), new byte[0]));

        for (HttpReply reply : List.of(post, get)) {
            String id = reply.headers().get("x-amzn-RequestId");
            assertThat(reply.contentType()).isEqualTo("text/xml");
            assertThat(text(reply))
                    .isEqualTo(
                            "<GetCallerIdentityResponse"
                                    + " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                                    + "<GetCallerIdentityResult><UserId>anonymous</UserId>"
                                    + "<Arn>a&lt;b&amp;\uFFFD</Arn></GetCallerIdentityResult>"
                                    + "<ResponseMetadata><RequestId>"
                                    + id
                                    + "</RequestId></ResponseMetadata></GetCallerIdentityResponse>");
        }
    }

    @Test
    void ec2HasItsOwnXml() {
        Api api =
                Api.ec2("ec2", "2016-11-15", "urn:ec2")
                        .on(
                                ListClustersRequest.class,
                                (_, request) -> {
                                    if (request.nextToken() != null) {
                                        throw ClusterNotFoundException.builder()
                                                .message("m")
                                                .build();
                                    }
                                    return ListClustersResponse.builder().clusterArns("x").build();
                                });
        var ec2 = new Dispatcher(Authentication.none(), List.of(api), (_, _, _) -> {});
        String action = "Version=2016-11-15&Action=ListClusters";

        assertThat(text(ec2.dispatch(form(action))))
                .matches(
                        "<ListClustersResponse xmlns=\"urn:ec2\"><requestId>[^<]+</requestId>"
                                + "<clusterArns><item>x</item></clusterArns></ListClustersResponse>");
        assertThat(text(ec2.dispatch(form(action + "&nextToken=1"))))
                .matches(
                        "<Response><Errors><Error><Code>ClusterNotFound</Code><Message>m</Message>"
                                + "</Error></Errors><RequestID>[^<]+</RequestID></Response>");
    }

    @Test
    void modelledErrorsAreToldInTheProtocolOfTheRequest() {
        HttpReply json = dispatcher.dispatch(json("DeleteCluster", "{\"cluster\":\"c\"}"));
        HttpReply xml =
                dispatcher.dispatch(form("Version=2014-11-13&Action=DeleteCluster&cluster=c"));

        assertThat(json.status()).isEqualTo(400);
        assertThat(text(json))
                .isEqualTo("{\"__type\":\"ClusterNotFoundException\",\"message\":\"Not <here>.\"}");
        assertThat(xml.status()).isEqualTo(400);
        assertThat(text(xml))
                .startsWith(
                        "<ErrorResponse><Error><Type>Sender</Type><Code>ClusterNotFound</Code>"
                                + "<Message>Not &lt;here&gt;.</Message></Error><RequestId>");
        assertThat(observed)
                .containsExactly(
                        "DeleteCluster ClusterNotFoundException", "DeleteCluster ClusterNotFound");
    }

    @Test
    void clientsThatKnowTheOldCodesAreToldThem() {
        var headers = Map.of("x-amz-target", ECS + "DeleteCluster", "x-amzn-query-mode", "true");
        HttpReply reply =
                dispatcher.dispatch(request("POST", null, headers, utf8("{\"cluster\":\"c\"}")));
        assertThat(reply.headers()).containsEntry("x-amzn-query-error", "ClusterNotFound;Sender");
    }

    @Test
    void bugsAreInternalFailuresAndNotExplained() {
        HttpReply json = dispatcher.dispatch(json("ListClusters", "{\"maxResults\":1}"));
        HttpReply xml =
                dispatcher.dispatch(form("Version=2014-11-13&Action=ListClusters&maxResults=1"));

        assertThat(json.status()).isEqualTo(500);
        assertThat(text(json))
                .isEqualTo(
                        "{\"__type\":\"InternalFailure\","
                                + "\"message\":\"An internal error occurred.\"}");
        assertThat(xml.status()).isEqualTo(500);
        assertThat(text(xml)).contains("<Type>Receiver</Type><Code>InternalFailure</Code>");
    }

    @Test
    void violationsAreTheServicesOwnErrorAndMayBeLeftToTheHandler() {
        HttpReply mapped = dispatcher.dispatch(json("DeleteCluster", "{}"));
        HttpReply left = dispatcher.dispatch(json("StopTask", "{}"));
        HttpReply unmapped = dispatcher.dispatch(form(STS + "AssumeRole&RoleSessionName=ab"));

        assertThat(text(mapped)).contains("InvalidParameterException", "at 'cluster' failed");
        assertThat(left.status()).isEqualTo(200);
        assertThat(unmapped.status()).isEqualTo(400);
        assertThat(text(unmapped))
                .contains(
                        "<Code>ValidationError</Code><Message>1 validation error detected: Value null"
                                + " at 'roleArn' failed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | AmazonEC2ContainerServiceV20141113.Nothing | 404",
                "POST | Other.ListClusters | 404",
                "POST | ListClusters | 404",
                "POST | . | 404",
                "GET | AmazonEC2ContainerServiceV20141113.ListClusters | 404",
                "POST | AmazonEC2ContainerServiceV20141113.listclusters | 200"
            })
    void unknownTargetsAreUnknownOperations(String method, String target, int status) {
        HttpReply reply =
                dispatcher.dispatch(
                        request(method, null, Map.of("x-amz-target", target), utf8("{}")));
        assertThat(reply.status()).isEqualTo(status);
        if (status == 404) {
            assertThat(text(reply)).contains("\"__type\":\"UnknownOperationException\"");
            assertThat(observed).containsExactly("Unknown UnknownOperationException");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "AmazonEC2ContainerServiceV20141113.TagResource, The operation TagResource is not supported"
                + " by this version of Gantry.",
        "AmazonEC2ContainerServiceV20141113.Nothing, Could not find operation Nothing",
        "AmazonEC2ContainerServiceV20141113.Ecs, Could not find operation Ecs",
        "AmazonEC2ContainerServiceV20141113.tagresource, Could not find operation tagresource",
        "AmazonEC2ContainerServiceV20141113.a/b, Could not find operation a/b",
        "AmazonSSM.GetParameter, Could not find operation AmazonSSM.GetParameter"
    })
    void whatIsNotServedYetDiffersFromWhatDoesNotExist(String target, String message) {
        HttpReply reply =
                dispatcher.dispatch(
                        request("POST", null, Map.of("x-amz-target", target), utf8("{}")));
        assertThat(text(reply))
                .isEqualTo(
                        "{\"__type\":\"UnknownOperationException\",\"message\":\""
                                + message
                                + "\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "Action=ListRoles&Version=2010-05-08, ListRoles for version 2010-05-08",
        "Action=ListRoles, ListRoles for version NO_VERSION_SPECIFIED",
        "Action=ListRoles&Version=2011-06-15, ListRoles"
    })
    void ofServicesThatAreNotHereTheVersionIsTold(String form, String operation) {
        assertThat(text(dispatcher.dispatch(form(form))))
                .contains("<Message>Could not find operation " + operation + "</Message>");
    }

    @Test
    void whatIsNotServedYetIsToldInXmlToo() {
        assertThat(text(dispatcher.dispatch(form(STS + "GetSessionToken"))))
                .contains(
                        "<Code>InvalidAction</Code><Message>The operation GetSessionToken is not"
                                + " supported by this version of Gantry.</Message>");
    }

    @ParameterizedTest
    @CsvSource({
        "Action=ListClusters, InvalidAction",
        "Action=Nothing&Version=2011-06-15, InvalidAction",
        "Version=2011-06-15, MissingAction",
        "'', MissingAction",
        "Action=GetCallerIdentity&Version=1999-01-01, InvalidAction",
        "Action=%zz, MalformedInput",
        "Action=%ff, MalformedInput",
        "Version=2014-11-13&Action=ListClusters&maxResults=99999999999, MalformedInput",
        "Version=2014-11-13&Action=ListClusters&maxResults=a, MalformedInput",
        "Version=2014-11-13&Action=ListClusters&maxResults=1&maxResults=2, MalformedInput",
        "Version=2014-11-13&Action=ListClusters&maxResults.a=1, MalformedInput",
        "Version=2014-11-13&Action=DescribeClusters&clusters.member.x=1, MalformedInput",
        "Version=2014-11-13&Action=DescribeClusters&clusters=1, MalformedInput",
        "Version=2014-11-13&Action=DescribeClusters&clusters.member.1=1&clusters.member.01=2,"
                + " MalformedInput"
    })
    void badFormsAreRefused(String form, String code) {
        HttpReply reply = dispatcher.dispatch(form(form));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(text(reply)).contains("<Code>" + code + "</Code>", "<Type>Sender</Type>");
    }

    @Test
    void floodsOfParametersAreRefused() {
        String start = "Version=2014-11-13&Action=DescribeClusters";
        String many = start + "&a=b".repeat(10_000);
        String deep = start + "&" + "a.".repeat(100) + "a=b";
        assertThat(text(dispatcher.dispatch(form(many)))).contains("too many");
        assertThat(text(dispatcher.dispatch(form(deep)))).contains("too deeply");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"maxResults\":\"1\"}", "[", "\"", "{\"maxResults\":1e99}"})
    void badJsonIsASerializationException(String body) {
        HttpReply reply = dispatcher.dispatch(json("ListClusters", body));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(text(reply)).startsWith("{\"__type\":\"SerializationException\"");
    }

    @Test
    void jsonWithoutTargetIsAnsweredInJson() {
        var headers = Map.of("content-type", "application/x-amz-json-1.1");
        HttpReply reply = dispatcher.dispatch(request("POST", null, headers, utf8("{}")));
        assertThat(reply.status()).isEqualTo(404);
        assertThat(text(reply)).contains("UnknownOperationException", "X-Amz-Target");
    }

    @Test
    void bodiesHaveALimitCompressedOrNot() {
        assertThat(dispatcher.dispatch(json("ListClusters", " ".repeat(5 * MEGABYTE))).status())
                .isEqualTo(413);
        assertThat(dispatcher.dispatch(form("a".repeat(5 * MEGABYTE))).status()).isEqualTo(413);
        byte[] bomb = gzip(new byte[50 * MEGABYTE]);
        assertThat(dispatcher.dispatch(compressed("gzip", bomb)).status()).isEqualTo(413);
    }

    @Test
    void compressedBodiesAreInflated() {
        byte[] body = gzip(utf8("{\"maxResults\":null}"));
        assertThat(text(dispatcher.dispatch(compressed("gzip", body)))).contains("clusterArns");
        assertThat(text(dispatcher.dispatch(compressed("gzip", utf8("{}")))))
                .contains("SerializationException", "not valid gzip");
        assertThat(text(dispatcher.dispatch(compressed("br", utf8("{}")))))
                .contains("SerializationException", "br is not supported");
    }

    @Test
    void strangersCannotMakeUsInflate() {
        byte[] bomb = gzip(new byte[50 * MEGABYTE]);
        assertThat(text(strict.dispatch(compressed("gzip", bomb))))
                .contains("MissingAuthenticationTokenException");
    }

    @Test
    void signedRequestsAreServedWithTheirSignersIdentity() {
        byte[] body = gzip(utf8("{}"));
        var plain = signedJson("AKID", "secret", null, "ecs", utf8("{}"), Map.of());
        var zipped =
                signedJson("AKID", "secret", "t", "ecs", body, Map.of("content-encoding", "gzip"));
        assertThat(text(strict.dispatch(plain))).contains("\"clusterName\":\"AKID\"");
        assertThat(text(strict.dispatch(zipped))).contains("\"clusterName\":\"AKID\"");
    }

    @Test
    void openOperationsNeedNoSignature() {
        String open = STS + "AssumeRoleWithWebIdentity&RoleArn=" + "r".repeat(20);
        String members = open + "&RoleSessionName=me&WebIdentityToken=token";
        assertThat(text(strict.dispatch(form(members)))).contains("<Audience>anonymous</Audience>");
    }

    @Test
    void authenticationErrorsOfJsonAllHaveStatus400() {
        byte[] body = utf8("{}");
        assertJsonError(json("DescribeClusters", "{}"), "MissingAuthenticationTokenException");
        assertJsonError(
                signedJson("OTHER", "secret", null, "ecs", body, Map.of()),
                "UnrecognizedClientException");
        assertJsonError(
                signedJson("AKID", "wrong", null, "ecs", body, Map.of()),
                "InvalidSignatureException");
        assertJsonError(
                signedJson("AKID", "secret", "old", "ecs", body, Map.of()),
                "ExpiredTokenException");
        assertJsonError(
                signedJson("AKID", "secret", null, "sts", body, Map.of()),
                "InvalidSignatureException");
        assertJsonError(
                request(
                        "POST",
                        null,
                        Map.of("x-amz-target", ECS + "DescribeClusters", "authorization", "?"),
                        body),
                "IncompleteSignatureException");
        HttpRequest late = signedJson("AKID", "secret", null, "ecs", body, Map.of());
        time.advance(Duration.ofMinutes(6));
        assertJsonError(late, "InvalidSignatureException");
        assertThat(text(strict.dispatch(late))).contains("Signature expired");
    }

    private void assertJsonError(HttpRequest request, String code) {
        HttpReply reply = strict.dispatch(request);
        assertThat(text(reply)).startsWith("{\"__type\":\"" + code + "\",\"message\":\"");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.headers()).containsKey("x-amzn-RequestId");
    }

    @Test
    void authenticationErrorsOfQueryHaveTheirOwnCodesAndStatus() {
        assertQueryError(form(STS + "GetCallerIdentity"), 403, "MissingAuthenticationToken");
        assertQueryError(signedForm("OTHER", "secret", null), 403, "InvalidClientTokenId");
        assertQueryError(signedForm("AKID", "wrong", null), 403, "SignatureDoesNotMatch");
        assertQueryError(signedForm("AKID", "secret", "old"), 403, "ExpiredToken");
        HttpRequest incomplete =
                request(
                        "POST",
                        null,
                        Map.of("authorization", "AWS4-HMAC-SHA256 x"),
                        utf8(STS + "GetCallerIdentity"));
        assertQueryError(incomplete, 400, "IncompleteSignature");
        assertThat(text(strict.dispatch(signedForm("AKID", "secret", null))))
                .contains("<UserId>AKID</UserId>");
    }

    private void assertQueryError(HttpRequest request, int status, String code) {
        HttpReply reply = strict.dispatch(request);
        assertThat(text(reply))
                .startsWith("<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code>");
        assertThat(reply.status()).isEqualTo(status);
    }

    @Test
    void theOperationsServedCanBeListed() {
        assertThat(ecs().operations())
                .containsExactlyInAnyOrder(
                        "DescribeClusters", "DeleteCluster", "ListClusters", "StopTask")
                .doesNotContain(CreateClusterRequest.class.getSimpleName());
    }

    private HttpRequest signedJson(
            String key,
            String secret,
            @Nullable String token,
            String service,
            byte[] body,
            Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        headers.put("x-amz-target", ECS + "DescribeClusters");
        return signed(headers, key, secret, token, service, body);
    }

    private HttpRequest signedForm(String key, String secret, @Nullable String token) {
        byte[] body = utf8(STS + "GetCallerIdentity");
        return signed(new HashMap<>(), key, secret, token, "sts", body);
    }

    private HttpRequest signed(
            Map<String, String> headers,
            String key,
            String secret,
            @Nullable String token,
            String service,
            byte[] body) {
        URI uri = URI.create("http://localhost:8080/");
        SigV4Signer.sign(
                        "POST",
                        uri,
                        Map.copyOf(headers),
                        body,
                        key,
                        secret,
                        token,
                        "us-east-1",
                        service,
                        time.now())
                .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        headers.put("host", "localhost:8080");
        return request("POST", null, headers, body);
    }

    private static HttpRequest json(String operation, String body) {
        var headers =
                Map.of(
                        "x-amz-target",
                        ECS + operation,
                        "content-type",
                        "application/x-amz-json-1.1");
        return request("POST", null, headers, utf8(body));
    }

    private static HttpRequest compressed(String encoding, byte[] body) {
        var headers = Map.of("x-amz-target", ECS + "ListClusters", "content-encoding", encoding);
        return request("POST", null, headers, body);
    }

    private static HttpRequest form(String body) {
        var headers = Map.of("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        return request("POST", null, headers, utf8(body));
    }

    private static HttpRequest cbor(String path, String hex) {
        Map<String, String> headers = Map.of("smithy-protocol", "rpc-v2-cbor");
        return new HttpRequest("POST", path, null, headers::get, HexFormat.of().parseHex(hex));
    }

    private static HttpRequest request(
            String method, @Nullable String query, Map<String, String> headers, byte[] body) {
        return new HttpRequest(method, "/", query, headers::get, body);
    }

    private static byte[] gzip(byte[] body) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }
}
