package io.gantry.launcher;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fault that has not been undone, as written down before it was done.
 *
 * @param members those it is done to
 * @param text what is done, for people
 * @param sinceMillis since the epoch
 * @param forMillis how long it is to last
 * @param process what has to be spoken to to undo it, as {@link ProcessId} writes itself: the
 *     stopped process, or the one that slows down another; null where there is none
 */
record ActiveFault(
        Fault.Kind kind,
        List<String> members,
        String text,
        long sinceMillis,
        long forMillis,
        @Nullable String process) {

    ActiveFault {
        members = List.copyOf(members);
    }

    /** The same fault of the same processes has the same one. */
    String id() {
        return kind.word() + "-" + String.join("-", members);
    }

    ActiveFault by(ProcessId helper) {
        return new ActiveFault(kind, members, text, sinceMillis, forMillis, helper.toString());
    }
}
