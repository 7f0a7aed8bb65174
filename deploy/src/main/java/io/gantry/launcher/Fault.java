package io.gantry.launcher;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What can be done to processes of an installation, to see how the others cope. */
sealed interface Fault {

    /** SIGKILL; the process is started again in the end. */
    record Kill() implements Fault {}

    /** SIGSTOP for all of the process; it goes on in the end. */
    record Pause() implements Fault {}

    /**
     * Packets between the named processes and others are lost.
     *
     * @param from the processes on the other side; null for all that are not named
     * @param oneWay whether only what the named ones send is lost
     */
    record Partition(@Nullable List<Member> from, boolean oneWay) implements Fault {}

    /** Whatever makes sure that data is on the disk takes longer by so much. */
    record SlowDisk(Duration delay) implements Fault {}

    /** The wall clock is off; negative durations turn it back. */
    record ClockSkew(Duration by) implements Fault {}

    /** What it is called on the command line. */
    default Kind kind() {
        return switch (this) {
            case Kill _ -> Kind.KILL;
            case Pause _ -> Kind.PAUSE;
            case Partition _ -> Kind.PARTITION;
            case SlowDisk _ -> Kind.SLOW_DISK;
            case ClockSkew _ -> Kind.CLOCK_SKEW;
        };
    }

    /** The kind and what else there is to say, such as {@code slow-disk by 200 ms}. */
    default String text() {
        return switch (this) {
            case Kill _, Pause _ -> kind().word();
            case Partition(List<Member> from, boolean oneWay) ->
                    kind().word()
                            + (from == null ? "" : " from " + Startup.names(from))
                            + (oneWay ? ", one way" : "");
            case SlowDisk(Duration delay) -> kind().word() + " by " + ChaosReport.span(delay);
            case ClockSkew(Duration by) ->
                    kind().word()
                            + (by.isNegative() ? " by -" : " by +")
                            + ChaosReport.span(by.abs());
        };
    }

    /** The kinds of faults. */
    enum Kind {
        KILL,
        PAUSE,
        PARTITION,
        SLOW_DISK,
        CLOCK_SKEW;

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
