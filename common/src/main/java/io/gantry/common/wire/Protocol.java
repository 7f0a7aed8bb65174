package io.gantry.common.wire;

import io.gantry.common.check.Check;
import io.gantry.common.wire.Shape.Structure;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** One of the protocols that clients may choose from. */
sealed interface Protocol permits JsonProtocol, CborProtocol, QueryProtocol {

    /**
     * What a request asks for.
     *
     * @param api null if none is addressed that way
     * @param input reads the body as an object of the given shape
     */
    record Call(@Nullable Api api, String operation, Function<Structure, Object> input) {}

    /**
     * Why a request failed, as the newer protocols and as awsQuery put it.
     *
     * @param exception the modelled one, whose members are told to the client
     */
    record Failure(
            String code,
            int status,
            String queryCode,
            int queryStatus,
            @Nullable String message,
            @Nullable SdkPojo exception) {

        static Failure of(WireException.Kind kind, @Nullable String message) {
            return new Failure(
                    kind.code, kind.status, kind.queryCode, kind.queryStatus, message, null);
        }
    }

    /** The services by the two ways in which requests address them. */
    record Directory(Map<String, Api> byTarget, Map<String, Api> byVersion) {

        static Directory of(Collection<Api> apis) {
            var directory = new Directory(new HashMap<>(), new HashMap<>());
            for (Api api : apis) {
                directory.add(api);
            }
            return directory;
        }

        private void add(Api api) {
            if (api.targetPrefix() != null) {
                Check.that(byTarget.put(api.targetPrefix(), api) == null, api.targetPrefix());
            }
            if (api.version() != null) {
                Check.that(byVersion.put(api.version(), api) == null, api.version());
            }
        }
    }

    /** The protocol of a request, which is that of the reply in any case. */
    static Protocol of(HttpRequest request) {
        String type = Objects.requireNonNullElse(request.header("content-type"), "");
        if (request.header("x-amz-target") != null
                || type.toLowerCase(Locale.ROOT).startsWith("application/x-amz-json")) {
            return JsonProtocol.INSTANCE;
        }
        return request.path().startsWith("/service/")
                ? CborProtocol.INSTANCE
                : QueryProtocol.INSTANCE;
    }

    /** Throws a {@link WireException} for requests that do not say what they want. */
    Call call(HttpRequest request, byte[] body, Directory directory);

    HttpReply reply(HttpRequest request, Call call, String requestId, SdkPojo output);

    /**
     * Tells why a request failed.
     *
     * @param call null if the request failed before it was known what it asks for
     */
    HttpReply failure(HttpRequest request, @Nullable Call call, String requestId, Failure failure);

    /** Clients of services that once spoke awsQuery want to know the code of then. */
    static void addQueryError(HttpRequest request, Failure failure, Map<String, String> headers) {
        if ("true".equals(request.header("x-amzn-query-mode"))) {
            String fault = failure.queryStatus() < 500 ? ";Sender" : ";Receiver";
            headers.put("x-amzn-query-error", failure.queryCode() + fault);
        }
    }

    static void expectMethod(HttpRequest request, String method) {
        if (!request.method().equals(method)) {
            throw new WireException(
                    WireException.Kind.UNKNOWN_OPERATION,
                    "The HTTP method " + request.method() + " is not supported here");
        }
    }
}
