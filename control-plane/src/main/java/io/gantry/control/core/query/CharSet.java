package io.gantry.control.core.query;

import java.util.List;

/**
 * Characters that a pattern accepts at one place.
 *
 * @param ranges first and last of each range
 * @param sets further sets that belong to it
 */
record CharSet(List<Range> ranges, List<CharSet> sets, boolean negative) {
    static final CharSet ANY = new CharSet(List.of(), List.of(), true);
    static final CharSet DIGIT = of(new Range('0', '9'));
    static final CharSet WORD =
            of(new Range('a', 'z'), new Range('A', 'Z'), new Range('0', '9'), new Range('_', '_'));
    static final CharSet SPACE = of(new Range(' ', ' '), new Range('\t', '\r'));

    CharSet {
        ranges = List.copyOf(ranges);
        sets = List.copyOf(sets);
    }

    /** Characters from the first to the last. */
    record Range(int first, int last) {}

    private static CharSet of(Range... ranges) {
        return new CharSet(List.of(ranges), List.of(), false);
    }

    static CharSet only(int character) {
        return of(new Range(character, character));
    }

    CharSet not() {
        return new CharSet(ranges, sets, !negative);
    }

    /** Whether it is a single character. */
    boolean isOne() {
        return !negative
                && sets.isEmpty()
                && ranges.size() == 1
                && ranges.getFirst().first() == ranges.getFirst().last();
    }

    boolean contains(int character) {
        for (Range range : ranges) {
            if (character >= range.first() && character <= range.last()) {
                return !negative;
            }
        }
        for (CharSet set : sets) {
            if (set.contains(character)) {
                return !negative;
            }
        }
        return negative;
    }
}
