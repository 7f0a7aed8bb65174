package io.gantry.common.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Carries the requests of the SDK's clients to a dispatcher in the same process. */
public record MemoryHttpClient(Dispatcher dispatcher) implements SdkHttpClient {

    /** The request as a server would see it. */
    public static HttpRequest received(SdkHttpRequest request, byte[] body) {
        String path = request.encodedPath().isEmpty() ? "/" : request.encodedPath();
        return new HttpRequest(
                request.method().name(),
                path,
                request.encodedQueryParameters().orElse(null),
                name -> header(request, name),
                body);
    }

    private static @Nullable String header(SdkHttpRequest request, String name) {
        List<String> values = request.matchingHeaders(name);
        return values.isEmpty() ? null : String.join(",", values);
    }

    static byte[] content(@Nullable ContentStreamProvider content) throws IOException {
        if (content == null) {
            return new byte[0];
        }
        try (InputStream in = content.newStream()) {
            return in.readAllBytes();
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                byte[] body = content(request.contentStreamProvider().orElse(null));
                HttpReply reply = dispatcher.dispatch(received(request.httpRequest(), body));
                var response =
                        SdkHttpResponse.builder()
                                .statusCode(reply.status())
                                .putHeader("content-type", reply.contentType());
                reply.headers().forEach(response::putHeader);
                return HttpExecuteResponse.builder()
                        .response(response.build())
                        .responseBody(
                                AbortableInputStream.create(
                                        new ByteArrayInputStream(
                                                Objects.requireNonNull(reply.body()))))
                        .build();
            }

            @Override
            public void abort() {}
        };
    }

    @Override
    public void close() {}
}
