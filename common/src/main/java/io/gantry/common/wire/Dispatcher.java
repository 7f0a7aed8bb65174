package io.gantry.common.wire;

import io.gantry.common.wire.Api.Operation;
import io.gantry.common.wire.Protocol.Call;
import io.gantry.common.wire.Protocol.Directory;
import io.gantry.common.wire.Protocol.Failure;
import io.gantry.common.wire.Traits.ErrorCode;
import io.gantry.common.wire.WireException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Finds the operation that a request asks for, in whichever protocol, and answers in the same
 * protocol. Safe for use by many threads.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int LARGEST_BODY = 4 << 20;

    private final Authentication authentication;
    private final Authorization authorization;
    private final Directory directory;
    private final Observer observer;

    /** Learns of every request that was answered. */
    @FunctionalInterface
    public interface Observer {

        /**
         * A reply is ready to be sent.
         *
         * @param operation as the SDK spells it; "Unknown" for what is not served
         * @param code that of the error told to the client, or "OK"
         */
        void answered(String operation, String code, long nanos);
    }

    /** A dispatcher for which everybody who is known may do everything. */
    public Dispatcher(Authentication authentication, Collection<Api> apis, Observer observer) {
        this(authentication, Authorization.ALL, apis, observer);
    }

    public Dispatcher(
            Authentication authentication,
            Authorization authorization,
            Collection<Api> apis,
            Observer observer) {
        this.authentication = authentication;
        this.authorization = authorization;
        this.directory = Directory.of(apis);
        this.observer = observer;
    }

    /** Always replies; blocks for as long as the operation's handler does. */
    public HttpReply dispatch(HttpRequest request) {
        return new Exchange(request).answer();
    }

    /** One request on its way to the reply. */
    private final class Exchange {
        private final long startNanos = System.nanoTime();
        private final String id = randomId();
        private final HttpRequest request;
        private final Protocol protocol;
        private @Nullable Call call;
        private @Nullable Operation<?> operation;

        private Exchange(HttpRequest request) {
            this.request = request;
            this.protocol = Protocol.of(request);
        }

        private HttpReply answer() {
            try {
                HttpReply reply = serve();
                observe("OK");
                return reply;
            } catch (Throwable problem) {
                return fail(failure(problem));
            }
        }

        private HttpReply serve() {
            checkSize(request.body().length);
            Identity identity = null;
            byte[] body = request.body();
            if (isCompressed()) {
                // Signatures cover the body as sent, and strangers may not make us inflate it.
                identity = authentication.authenticate(request);
                body = inflated();
            }
            Call found = protocol.call(request, body, directory);
            call = found;
            operation = found.api() == null ? null : found.api().operation(found.operation());
            if (operation != null && operation.open()) {
                identity = Identity.ANONYMOUS;
            } else if (identity == null) {
                identity = authentication.authenticate(request);
            }
            return protocol.reply(request, found, id, run(found, identity));
        }

        private SdkPojo run(Call found, Identity identity) {
            Api api = found.api();
            if (api == null || operation == null) {
                throw unknown(found);
            }
            String service = identity.service();
            if (!service.isEmpty() && !service.equals(api.signingName())) {
                throw new WireException(
                        Kind.INVALID_SIGNATURE,
                        "Credential should be scoped to correct service: '"
                                + api.signingName()
                                + "'.");
            }
            var caller = new Caller(identity, request.headers());
            return api.run(operation, authorization, caller, found.input());
        }

        private boolean isCompressed() {
            String encoding = request.header("content-encoding");
            if (encoding == null || encoding.equalsIgnoreCase("identity")) {
                return false;
            }
            if (encoding.equalsIgnoreCase("gzip")) {
                return true;
            }
            throw WireException.malformed("Content-Encoding " + encoding + " is not supported");
        }

        private byte[] inflated() {
            try (var gzip = new GZIPInputStream(new ByteArrayInputStream(request.body()))) {
                byte[] body = gzip.readNBytes(LARGEST_BODY + 1);
                checkSize(body.length);
                return body;
            } catch (IOException malformed) {
                throw WireException.malformed("The request is not valid gzip");
            }
        }

        private Failure failure(Throwable problem) {
            return switch (problem) {
                case AwsServiceException modelled -> modelled(modelled);
                case WireException wire -> Failure.of(wire.kind(), wire.text());
                default -> internal(problem);
            };
        }

        private Failure internal(Throwable bug) {
            LOG.atError()
                    .setCause(bug)
                    .addKeyValue("request", id)
                    .addKeyValue("operation", operation == null ? "Unknown" : operation.name())
                    .log("request failed");
            return Failure.of(Kind.INTERNAL, "An internal error occurred.");
        }

        private HttpReply fail(Failure failure) {
            HttpReply reply;
            Failure told = failure;
            try {
                reply = protocol.failure(request, call, id, failure);
            } catch (RuntimeException bug) {
                told = internal(bug);
                reply = protocol.failure(request, call, id, told);
            }
            observe(protocol == QueryProtocol.INSTANCE ? told.queryCode() : told.code());
            return reply;
        }

        private void observe(String code) {
            String name = operation == null ? "Unknown" : operation.name();
            observer.answered(name, code, System.nanoTime() - startNanos);
        }
    }

    /** The exception's own code and status if it has them, else those of its model. */
    private static Failure modelled(AwsServiceException exception) {
        ErrorCode error = Traits.error(exception.getClass());
        AwsErrorDetails details = exception.awsErrorDetails();
        int status = exception.statusCode() != 0 ? exception.statusCode() : error.status();
        if (details == null) {
            return new Failure(
                    error.shape(),
                    status,
                    error.queryCode(),
                    status,
                    exception.getMessage(),
                    exception);
        }
        return new Failure(
                Objects.requireNonNullElse(details.errorCode(), error.shape()),
                status,
                Objects.requireNonNullElse(details.errorCode(), error.queryCode()),
                status,
                details.errorMessage(),
                exception);
    }

    private static WireException unknown(Call call) {
        String name = call.operation();
        String text =
                call.api() != null && call.api().isModelled(name)
                        ? "The operation " + name + " is not supported by this version of Gantry."
                        : "Could not find operation " + name;
        return new WireException(Kind.UNKNOWN_OPERATION, text);
    }

    private static void checkSize(int length) {
        if (length > LARGEST_BODY) {
            throw new WireException(Kind.TOO_LARGE, "The request is too large");
        }
    }

    private static String randomId() {
        var random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
        return new UUID(high, low).toString();
    }
}
