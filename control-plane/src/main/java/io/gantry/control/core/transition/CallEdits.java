package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command.Once;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import org.jspecify.annotations.Nullable;

/**
 * Calls that clients repeat because an answer was lost. What has changed something is not done
 * again but answered again; what was refused has changed nothing, so it is judged anew.
 */
final class CallEdits {
    /** Longer than SDKs go on with one call: three attempts of a minute, and pauses of 20 s. */
    static final long KEPT_MILLIS = 5L * 60 * 1000;

    /** Rows of one minute are forgotten together: a look for each would double the log. */
    private static final long MINUTE_MILLIS = 60_000;

    private final Edit edit;

    CallEdits(Edit edit) {
        this.edit = edit;
    }

    Reply once(Once once) {
        TokenUse known = edit.tokenRows.get(once.call());
        if (known != null) {
            return answer(known);
        }
        Reply reply = Transitions.reply(edit, once.command());
        TokenUse use = use(once.call(), reply);
        if (use != null) {
            long end = edit.nowMillis + KEPT_MILLIS;
            long minute = Math.ceilDiv(end, MINUTE_MILLIS) * MINUTE_MILLIS;
            edit.remember(use, minute - edit.nowMillis);
        }
        return reply;
    }

    /** What to remember of a call; null if there is nothing that must not happen twice. */
    private static @Nullable TokenUse use(Token call, Reply reply) {
        return switch (reply) {
            case Reply.Done() -> TokenUse.done(call);
            case Reply.Registered(var definition) -> TokenUse.done(call).registered(definition);
            case Reply.WorkerRegistered(var worker) -> TokenUse.done(call).registered(worker);
            case Reply.TaskSetMade(var number) -> TokenUse.done(call).made(number);
            case Reply.Protected(var set, var blocked) when set.isEmpty() && blocked.isEmpty() ->
                    null;
            case Reply.Protected(var set, var blocked) -> TokenUse.done(call).tasks(set, blocked);
            case Reply.Refused _, Reply.Conflict _, Reply.Started _, Reply.Connected _ -> null;
        };
    }

    private static Reply answer(TokenUse use) {
        if (use.taskDefinition() != null) {
            return new Reply.Registered(use.taskDefinition());
        }
        if (use.worker() != null) {
            return new Reply.WorkerRegistered(use.worker());
        }
        if (use.taskSet() != 0) {
            return new Reply.TaskSetMade(use.taskSet());
        }
        return use.tasks().isEmpty() && use.blocked().isEmpty()
                ? Edit.done()
                : new Reply.Protected(use.tasks(), use.blocked());
    }
}
