package io.gantry.common.wire;

import io.gantry.common.wire.Shape.Structure;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** The protocols awsJson1_0 and awsJson1_1, which differ in their media type only. */
enum JsonProtocol implements Protocol {
    INSTANCE;

    private static final String JSON_1_0 = "application/x-amz-json-1.0";
    private static final String JSON_1_1 = "application/x-amz-json-1.1";

    @Override
    public Call call(HttpRequest request, byte[] body, Directory directory) {
        Protocol.expectMethod(request, "POST");
        String target = request.header("x-amz-target");
        if (target == null) {
            throw new WireException(
                    WireException.Kind.MISSING_ACTION,
                    "The request must contain the header X-Amz-Target");
        }
        int dot = target.lastIndexOf('.');
        Api api = directory.byTarget().get(target.substring(0, Math.max(dot, 0)));
        // Of a service that is not here, the name of the operation alone would tell little.
        String operation = api == null ? target : target.substring(dot + 1);
        return new Call(api, operation, shape -> Json.TEXT.read(body, shape));
    }

    @Override
    public HttpReply reply(HttpRequest request, Call call, String requestId, SdkPojo output) {
        byte[] body = Json.TEXT.write(output, Structure.of(output.getClass()));
        return new HttpReply(200, type(request), headers(requestId), body);
    }

    @Override
    public HttpReply failure(
            HttpRequest request, @Nullable Call call, String requestId, Failure failure) {
        Map<String, String> headers = headers(requestId);
        Protocol.addQueryError(request, failure, headers);
        byte[] body = Json.TEXT.writeError(failure.code(), failure.message(), failure.exception());
        return new HttpReply(failure.status(), type(request), headers, body);
    }

    private static Map<String, String> headers(String requestId) {
        Map<String, String> headers = new HashMap<>();
        headers.put("x-amzn-RequestId", requestId);
        return headers;
    }

    private static String type(HttpRequest request) {
        return JSON_1_0.equals(request.header("content-type")) ? JSON_1_0 : JSON_1_1;
    }
}
