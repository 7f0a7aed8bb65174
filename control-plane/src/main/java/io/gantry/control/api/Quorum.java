package io.gantry.control.api;

import io.gantry.common.wire.Caller;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Token;
import io.gantry.control.log.LogUnavailable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The replicated log as one request uses it. All its waits together are bounded by the deadline.
 */
final class Quorum {
    private static final String CONSISTENCY = "x-gantry-consistency";
    private static final String STALE = "stale";

    private final ApiContext context;
    private final @Nullable Token call;
    private final boolean stale;
    private final long deadlineNanos;

    private Quorum(ApiContext context, @Nullable Token call, boolean stale) {
        this.context = context;
        this.call = call;
        this.stale = stale;
        this.deadlineNanos = context.clock().nanoTime() + context.deadline().toNanos();
    }

    /** For a request that changes nothing, and may be content with what this node knows. */
    static Quorum reading(ApiContext context, Caller caller) {
        return new Quorum(context, null, STALE.equalsIgnoreCase(caller.header(CONSISTENCY)));
    }

    /**
     * For a request that changes something.
     *
     * @param call its name, if the client repeats it until it is answered
     */
    static Quorum writing(ApiContext context, @Nullable Token call) {
        return new Quorum(context, call, false);
    }

    /** The name of the call that this is, by which it is known if it is repeated; or null. */
    @Nullable Token call() {
        return call;
    }

    /** A state that holds everything that anybody was told before, unless a stale one will do. */
    ClusterState fresh() {
        if (!stale) {
            await(context.replica().catchUp());
        }
        return context.replica().state();
    }

    /** The state of this node, which holds everything that this request has committed. */
    ClusterState state() {
        return context.replica().state();
    }

    /**
     * Commits the command that a request comes down to and waits until the state of this node holds
     * it. If the request is a repetition, the command has no effect and the reply is the first one.
     */
    Reply commit(Command command) {
        return commitPart(call == null ? command : new Command.Once(call, command));
    }

    private Reply commitPart(Command command) {
        var committed = await(context.log().submit(command));
        await(context.replica().await(committed.index()));
        return committed.reply();
    }

    /** As {@link #commit}; throws what a refusal means to the client. */
    Reply accept(Command command) {
        return checked(commit(command));
    }

    /** As {@link #accept} for one of several commands, which know repetitions by themselves. */
    Reply acceptPart(Command command) {
        return checked(commitPart(command));
    }

    private static Reply checked(Reply reply) {
        ApiErrors.check(reply);
        return reply;
    }

    <T> T await(CompletableFuture<T> future) {
        try {
            long left = deadlineNanos - context.clock().nanoTime();
            return future.get(Math.max(left, 0), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw ApiErrors.unavailable(
                    LogUnavailable.noQuorum(
                                    "no answer within %d ms"
                                            .formatted(context.deadline().toMillis()))
                            .sentence());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw ApiErrors.unavailable("The control plane is shutting down. Please try again.");
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof LogUnavailable unavailable) {
                throw ApiErrors.unavailable(unavailable.sentence());
            }
            throw new IllegalStateException(failure.getCause());
        }
    }
}
