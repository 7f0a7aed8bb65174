package io.gantry.control;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.operator.OperatorRefused;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** The command that an operator's call comes down to. */
record SubmittedCall(CommandLog commands) {
    private static final long PATIENCE_MILLIS = 4_500;

    /** Submits it; throws what a refusal means to the operator. */
    void accept(Command command) {
        if (reply(command) instanceof Reply.Refused refused) {
            throw OperatorRefused.invalid(refused.message());
        }
    }

    private Reply reply(Command command) {
        try {
            return commands.submit(command)
                    .orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                    .join()
                    .reply();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof LogUnavailable unavailable) {
                throw OperatorRefused.unavailable(unavailable.sentence());
            }
            throw OperatorRefused.unavailable("The control plane has not answered in time.");
        }
    }
}
