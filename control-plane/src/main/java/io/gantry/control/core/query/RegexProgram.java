package io.gantry.control.core.query;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pattern does, line by line. */
final class RegexProgram {
    private static final int LONGEST = 4_000;

    /** What a line does. */
    enum Kind {
        /** Reads one character of a set. */
        READ,
        /** Goes on elsewhere. */
        JUMP,
        /** Goes on both here and elsewhere. */
        FORK,
        /** Goes on at the beginning of the text only. */
        BEGIN,
        /** Goes on at the end of the text only. */
        END,
        ACCEPT
    }

    private record Line(Kind kind, int target, @Nullable CharSet set) {}

    private final List<Line> lines = new ArrayList<>();

    int size() {
        return lines.size();
    }

    Kind kind(int line) {
        return lines.get(line).kind();
    }

    int target(int line) {
        return lines.get(line).target();
    }

    @Nullable CharSet set(int line) {
        return lines.get(line).set();
    }

    void read(CharSet set) {
        add(new Line(Kind.READ, 0, set));
    }

    void accept() {
        add(new Line(Kind.ACCEPT, 0, null));
    }

    void when(Kind place) {
        add(new Line(place, 0, null));
    }

    /** Adds a line whose target is not known yet; returns its number. */
    int open(Kind kind) {
        add(new Line(kind, 0, null));
        return lines.size() - 1;
    }

    /** Lets a line lead to what is added next. */
    void close(int line) {
        lines.set(line, new Line(kind(line), lines.size(), null));
    }

    void jump(int target) {
        add(new Line(Kind.JUMP, target, null));
    }

    private void add(Line line) {
        if (lines.size() >= LONGEST) {
            throw new IllegalArgumentException("The pattern repeats too much");
        }
        lines.add(line);
    }
}
