package io.gantry.system;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;

/**
 * All nodes as one user sees them: one that it asks, and others to turn to for a while after
 * trouble with it. So a node that is silent holds up its own users only. The SDK repeats requests
 * by itself as it does for everybody. For one thread at a time.
 */
final class LoadEndpoints implements AutoCloseable {
    private static final Duration REST = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Transmissions transmissions = new Transmissions();
    private final List<Endpoint> endpoints;
    private final int home;

    /** Counts how often the SDK sends a request. */
    private static final class Transmissions implements ExecutionInterceptor {
        private int count;

        @Override
        public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes all) {
            count = 0;
        }

        @Override
        public void beforeTransmission(
                Context.BeforeTransmission context, ExecutionAttributes all) {
            count++;
        }
    }

    /** One node. */
    static final class Endpoint {
        private final URI uri;
        private final EcsClient ecs;
        private long restsUntilNanos = System.nanoTime();

        private Endpoint(URI uri, EcsClient ecs) {
            this.uri = uri;
            this.ecs = ecs;
        }

        EcsClient ecs() {
            return ecs;
        }

        URI uri() {
            return uri;
        }

        /** Others are asked for a while, as long as there are any. */
        void rest() {
            restsUntilNanos = System.nanoTime() + REST.toNanos();
        }

        private boolean isResting() {
            return System.nanoTime() - restsUntilNanos < 0;
        }
    }

    /** For a user of one of the nodes, numbered round and round. */
    LoadEndpoints(LoadTarget target, int user) {
        endpoints = target.endpoints().stream().map(uri -> endpoint(target, uri)).toList();
        home = user % endpoints.size();
    }

    private Endpoint endpoint(LoadTarget target, URI uri) {
        var credentials = AwsBasicCredentials.create(target.accessKey(), target.secret());
        return new Endpoint(
                uri,
                EcsClient.builder()
                        .endpointOverride(uri)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(StaticCredentialsProvider.create(credentials))
                        .overrideConfiguration(
                                o ->
                                        o.retryStrategy(RetryMode.STANDARD)
                                                .addExecutionInterceptor(transmissions))
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(PATIENCE)
                                        .socketTimeout(PATIENCE))
                        .build());
    }

    /** The user's own node, or the first after it without recent trouble. */
    Endpoint next() {
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint candidate = endpoints.get((home + i) % endpoints.size());
            if (!candidate.isResting()) {
                return candidate;
            }
        }
        return endpoints.get(home);
    }

    List<Endpoint> all() {
        return endpoints;
    }

    /** How often the latest request was sent beyond the first time. */
    int repetitions() {
        return Math.max(0, transmissions.count - 1);
    }

    @Override
    public void close() {
        endpoints.forEach(endpoint -> endpoint.ecs.close());
    }
}
