package io.gantry.common.wire;

import io.gantry.common.wire.Shape.Structure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** The protocol rpcv2Cbor, whose paths are {@code /service/<service>/operation/<operation>}. */
enum CborProtocol implements Protocol {
    INSTANCE;

    private static final String CBOR = "application/cbor";

    @Override
    public Call call(HttpRequest request, byte[] body, Directory directory) {
        Protocol.expectMethod(request, "POST");
        List<String> path = List.of(request.path().split("/", -1));
        if (path.size() != 5 || !path.get(3).equals("operation")) {
            throw new WireException(
                    WireException.Kind.UNKNOWN_OPERATION,
                    "Could not find operation at " + request.path());
        }
        Api api = directory.byTarget().get(path.get(2));
        return new Call(api, path.get(4), shape -> Json.CBOR.read(body, shape));
    }

    @Override
    public HttpReply reply(HttpRequest request, Call call, String requestId, SdkPojo output) {
        byte[] body = Json.CBOR.write(output, Structure.of(output.getClass()));
        return new HttpReply(200, CBOR, headers(requestId), body);
    }

    @Override
    public HttpReply failure(
            HttpRequest request, @Nullable Call call, String requestId, Failure failure) {
        Map<String, String> headers = headers(requestId);
        Protocol.addQueryError(request, failure, headers);
        byte[] body = Json.CBOR.writeError(failure.code(), failure.message(), failure.exception());
        return new HttpReply(failure.status(), CBOR, headers, body);
    }

    private static Map<String, String> headers(String requestId) {
        Map<String, String> headers = new HashMap<>();
        headers.put("x-amzn-RequestId", requestId);
        headers.put("smithy-protocol", "rpc-v2-cbor");
        return headers;
    }
}
