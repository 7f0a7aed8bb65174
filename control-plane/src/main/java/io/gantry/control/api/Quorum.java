package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.log.LogUnavailable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The replicated log as operations use it. Every wait is bounded by the deadline. */
final class Quorum {
    private static final String UNAVAILABLE =
            "The control plane has no quorum at the moment. Please try again.";

    private final ApiContext context;

    Quorum(ApiContext context) {
        this.context = context;
    }

    /** A state that holds everything that anybody was told before. */
    ClusterState fresh() {
        await(context.replica().catchUp());
        return context.replica().state();
    }

    /** The state of this node, which holds everything that this request has committed. */
    ClusterState state() {
        return context.replica().state();
    }

    /** Commits a command and waits until the state of this node holds it. */
    Reply commit(Command command) {
        var committed = await(context.log().submit(command));
        await(context.replica().await(committed.index()));
        return committed.reply();
    }

    /** As {@link #commit}; throws what a refusal means to the client. */
    Reply accept(Command command) {
        Reply reply = commit(command);
        ApiErrors.check(reply);
        return reply;
    }

    <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(context.deadline().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw ApiErrors.unavailable(UNAVAILABLE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw ApiErrors.unavailable("The control plane is shutting down. Please try again.");
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof LogUnavailable) {
                throw ApiErrors.unavailable(UNAVAILABLE);
            }
            throw new IllegalStateException(failure.getCause());
        }
    }
}
