package io.gantry.common.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RecorderTest {
    private final AtomicLong clock = new AtomicLong();
    private final Recorder<String, String> recorder = new Recorder<>(clock::incrementAndGet);

    @Test
    void aCallUnderWayIsUnknownUntilItEnds() {
        var pending = recorder.begin(1, "Call", "k", "please");
        assertThat(recorder.calls()).singleElement().satisfies(this::isUnknown);
        pending.ok("done");
        assertThat(recorder.calls())
                .containsExactly(
                        new Call<>(1, "Call", "k", "please", 1, 2, new Outcome.Ok<>("done")));
    }

    @Test
    void aCallOfUnknownOutcomeIsNeverCompleted() {
        recorder.begin(1, "Call", "k", "please").unknown("timeout");
        assertThat(recorder.calls()).singleElement().satisfies(this::isUnknown);
    }

    private void isUnknown(Call<String, String> call) {
        assertThat(call.completedNanos()).isEqualTo(Call.NEVER);
        assertThat(call.outcome()).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void aRequestThatWasRepeatedMayTakeEffectAgain() {
        var pending = recorder.begin(1, "Call", "k", "please");
        pending.repeated(1);
        pending.ok("done");
        assertThat(recorder.calls()).hasSize(2);
        assertThat(recorder.calls().getLast()).satisfies(this::isUnknown);
        assertThat(recorder.calls().getLast().invokedNanos()).isEqualTo(1);
    }

    @Test
    void aCallEndsOnce() {
        var pending = recorder.begin(1, "Call", "k", "please");
        pending.failed("no");
        assertThatThrownBy(() -> pending.ok("yes")).hasMessageContaining("once");
    }
}
