package io.gantry.common.history;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The shortest beginning of a key's history that no order of its calls explains.
 *
 * @param model what the key was to be
 * @param call with whose completion it ends
 * @param possible the states in which the object can have been before, as text
 * @param completed how many calls with a clear outcome were completed before
 * @param recent the last of them
 * @param pending all others that were invoked by then: unknown outcomes, and calls under way
 * @param startNanos what the times count from
 */
public record Violation(
        String model,
        Call<?, ?> call,
        List<String> possible,
        int completed,
        List<Call<?, ?>> recent,
        List<Call<?, ?>> pending,
        long startNanos) {
    private static final int STATES_SHOWN = 5;

    public Violation {
        possible = List.copyOf(possible);
        recent = List.copyOf(recent);
        pending = List.copyOf(pending);
    }

    public String key() {
        return call.key();
    }

    /** For whoever reads the failure of a test. */
    @Override
    public String toString() {
        String states =
                possible.stream().limit(STATES_SHOWN).collect(Collectors.joining(" or "))
                        + (possible.size() > STATES_SHOWN
                                ? " or %d more".formatted(possible.size() - STATES_SHOWN)
                                : "");
        return """
        %s of %s does not answer as one copy would.
        This answer fits nowhere between its invocation and its completion:
        %s
        After the %d calls completed before, it could be %s only. The latest of these:
        %s
        Others that may have taken effect by then:
        %s
        """
                .formatted(
                        model,
                        key(),
                        call.line(startNanos),
                        completed,
                        states,
                        lines(recent),
                        lines(pending));
    }

    private String lines(List<Call<?, ?>> calls) {
        return calls.isEmpty()
                ? "      none"
                : calls.stream()
                        .map(each -> each.line(startNanos))
                        .collect(Collectors.joining("\n"));
    }
}
