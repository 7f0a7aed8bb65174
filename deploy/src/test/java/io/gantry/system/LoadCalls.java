package io.gantry.system;

import io.gantry.common.history.Recorder;
import io.gantry.system.LoadEndpoints.Endpoint;
import java.util.function.Function;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.EcsException;

/** Sends the calls of one client and records what is known of each. */
final class LoadCalls {
    private static final int SERVER_ERROR = 500;

    private final int client;
    private final LoadEndpoints endpoints;

    LoadCalls(int client, LoadEndpoints endpoints) {
        this.client = client;
        this.endpoints = endpoints;
    }

    /** The service did not do what was asked for and said so, without an error. */
    static final class DeclinedException extends RuntimeException {
        DeclinedException(String reason) {
            super(reason);
        }
    }

    /** Whom to ask next. */
    Endpoint next() {
        return endpoints.next();
    }

    /** Sends it to that node. */
    <A, R> void record(
            Endpoint endpoint,
            Recorder<A, R> recorder,
            String name,
            String key,
            A action,
            Function<EcsClient, R> request) {
        String where = name + " " + endpoint.uri().getAuthority();
        var pending = recorder.begin(client, where, key, action);
        try {
            R answer = request.apply(endpoint.ecs());
            pending.repeated(endpoints.repetitions());
            pending.ok(answer);
        } catch (DeclinedException declined) {
            pending.repeated(endpoints.repetitions());
            pending.failed(String.valueOf(declined.getMessage()));
        } catch (SdkException failed) {
            pending.repeated(endpoints.repetitions());
            if (failed instanceof EcsException answered && answered.statusCode() < SERVER_ERROR) {
                pending.failed(reason(answered));
            } else {
                // A lost answer, too, comes from a request that may have been heard.
                pending.unknown(String.valueOf(failed.getMessage()));
                endpoint.rest();
            }
        }
    }

    /** Without the request's id, so that the same reasons read the same. */
    private static String reason(EcsException answered) {
        AwsErrorDetails details = answered.awsErrorDetails();
        return details == null
                ? "HTTP " + answered.statusCode()
                : details.errorCode() + " " + details.errorMessage();
    }
}
