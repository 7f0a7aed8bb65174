package io.gantry.worker.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.gantry.common.check.Check;
import io.gantry.worker.runtime.NamedFailureException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ends every call that the engine does not answer in time, also when it took the connection and
 * says nothing. Sockets of the Unix kind know no time-outs in Java, hence a thread for each call.
 *
 * <p>A proxy, because the library's class of requests carries an annotation that is not on the
 * class path, and whoever names it cannot be compiled without a warning.
 */
final class BoundedTransport implements InvocationHandler {
    static final String TIMEOUT = "DockerTimeoutError";

    private final DockerHttpClient engine;
    private final BiFunction<String, String, CallLimit> limits;

    private BoundedTransport(
            DockerHttpClient engine, BiFunction<String, String, CallLimit> limits) {
        this.engine = engine;
        this.limits = limits;
    }

    /** With limits by method and path. */
    static DockerHttpClient around(
            DockerHttpClient engine, BiFunction<String, String, CallLimit> limits) {
        return (DockerHttpClient)
                Proxy.newProxyInstance(
                        DockerHttpClient.class.getClassLoader(),
                        new Class<?>[] {DockerHttpClient.class},
                        new BoundedTransport(engine, limits));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (!method.getName().equals("execute") || arguments == null) {
            return call(method, engine, arguments);
        }
        Class<?> request = method.getParameterTypes()[0];
        String verb = (String) call(request.getMethod("method"), arguments[0], null);
        String path = (String) call(request.getMethod("path"), arguments[0], null);
        CallLimit limit = limits.apply(String.valueOf(verb), String.valueOf(path));
        return execute(() -> (Response) call(method, engine, arguments), limit);
    }

    private static @Nullable Object call(
            Method method, Object target, Object @Nullable [] arguments) throws Exception {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause() instanceof Exception own ? own : failure;
        }
    }

    private static Response execute(Callable<@Nullable Response> request, CallLimit limit) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        Thread call =
                Thread.ofVirtual()
                        .name("engine-call")
                        .start(() -> call(request, limit.streams(), answer));
        try {
            return answer.get(limit.limit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            NamedFailureException timeout = timeout(limit);
            if (!answer.completeExceptionally(timeout)) {
                return answer.join();
            }
            // Closes the connection.
            call.interrupt();
            throw timeout;
        } catch (ExecutionException failure) {
            throw asItWas(failure);
        } catch (InterruptedException interrupted) {
            call.interrupt();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the engine was asked", interrupted);
        }
    }

    private static void call(
            Callable<@Nullable Response> request,
            boolean streams,
            CompletableFuture<Response> answer) {
        try {
            Response response = Check.present(request.call(), "answer of the engine");
            Response whole = streams ? response : Whole.of(response);
            if (!answer.complete(whole)) {
                whole.close();
            }
        } catch (Exception failure) {
            answer.completeExceptionally(failure);
        }
    }

    private static NamedFailureException timeout(CallLimit limit) {
        return new NamedFailureException(
                TIMEOUT,
                "Could not transition to %s; timed out after waiting %s"
                        .formatted(limit.transition(), CallLimit.text(limit.limit())));
    }

    private static RuntimeException asItWas(ExecutionException failure) {
        return switch (failure.getCause()) {
            case RuntimeException unchecked -> unchecked;
            case IOException checked -> new UncheckedIOException(checked);
            case null, default -> new IllegalStateException(failure);
        };
    }

    /** An answer that has arrived to the end. */
    private static final class Whole implements Response {
        private final int status;
        private final Map<String, List<String>> headers;
        private final byte[] content;

        private Whole(int status, Map<String, List<String>> headers, byte[] content) {
            this.status = status;
            this.headers = headers;
            this.content = content;
        }

        static Whole of(Response response) throws IOException {
            try (response) {
                InputStream body = response.getBody();
                byte[] content = body == null ? new byte[0] : body.readAllBytes();
                return new Whole(response.getStatusCode(), response.getHeaders(), content);
            }
        }

        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        public Map<String, List<String>> getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return new ByteArrayInputStream(content);
        }

        @Override
        public void close() {
            // Nothing is open any more.
        }
    }
}
