package io.gantry.control.core.query;

import java.util.Arrays;

/**
 * A regular expression that a whole text must match: the part of Java's that a finite automaton can
 * decide, so without references back and without looking around. All ways through it are followed
 * at the same time, hence a match costs at most the length of the text times that of the program,
 * however a pattern is written. That also makes it the same on all nodes, whatever runs them.
 */
final class Regex {
    private final RegexProgram program;

    private Regex(RegexProgram program) {
        this.program = program;
    }

    /**
     * Understands a pattern.
     *
     * @throws IllegalArgumentException if it cannot; its message is the beginning of a sentence
     */
    static Regex of(String pattern) {
        var program = new RegexProgram();
        new RegexParser(pattern).parse().emit(program);
        program.accept();
        return new Regex(program);
    }

    boolean matches(String text) {
        int[] chars = text.codePoints().toArray();
        var now = new Threads(program.size());
        var next = new Threads(program.size());
        var open = new int[2 * program.size() + 2];
        follow(now, open, 0, 0, chars.length);
        for (int at = 0; at < chars.length && now.count > 0; at++) {
            next.clear();
            for (int i = 0; i < now.count; i++) {
                int line = now.lines[i];
                CharSet set = program.set(line);
                if (set != null && set.contains(chars[at])) {
                    follow(next, open, line + 1, at + 1, chars.length);
                }
            }
            Threads last = now;
            now = next;
            next = last;
        }
        return now.has(program.size() - 1);
    }

    /**
     * Adds a line and all that can be reached from it without reading anything.
     *
     * @param open room for lines that are still to be added
     */
    private void follow(Threads threads, int[] open, int start, int at, int length) {
        int count = 0;
        open[count++] = start;
        while (count > 0) {
            int line = open[--count];
            if (!threads.add(line)) {
                continue;
            }
            switch (program.kind(line)) {
                case JUMP -> open[count++] = program.target(line);
                case FORK -> {
                    open[count++] = program.target(line);
                    open[count++] = line + 1;
                }
                case BEGIN -> count = at == 0 ? push(open, count, line + 1) : count;
                case END -> count = at == length ? push(open, count, line + 1) : count;
                case READ, ACCEPT -> {}
            }
        }
    }

    private static int push(int[] open, int count, int line) {
        open[count] = line;
        return count + 1;
    }

    /** Lines of the program that are followed at the same time, each once. */
    private static final class Threads {
        private final int[] lines;
        private final boolean[] present;
        private int count;

        Threads(int size) {
            lines = new int[size];
            present = new boolean[size];
        }

        boolean add(int line) {
            if (present[line]) {
                return false;
            }
            present[line] = true;
            lines[count++] = line;
            return true;
        }

        boolean has(int line) {
            return present[line];
        }

        void clear() {
            Arrays.fill(present, false);
            count = 0;
        }
    }
}
