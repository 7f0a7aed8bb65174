package io.gantry.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the copies of a task have written about themselves, all into one file: a line every moment
 * with the name of the copy and the time, in seconds since the machine began to run. A copy lived
 * at least from its first line to its last.
 */
record Lives(List<Life> lives) {

    /**
     * One copy.
     *
     * @param copy its name
     * @param first when it wrote its first line, in hundredths of a second
     * @param last when it wrote its last line so far
     */
    record Life(String copy, long first, long last) {

        boolean overlaps(Life other) {
            return first <= other.last && other.first <= last;
        }
    }

    /** Two copies that lived at the same time, the one that began earlier first. */
    record Overlap(Life earlier, Life later) {}

    Lives {
        lives = List.copyOf(lives);
    }

    /**
     * Reads the lines; one that is not complete yet is left out.
     *
     * @throws IllegalArgumentException if a line is something else
     */
    static Lives parse(String text) {
        Map<String, Life> byCopy = new TreeMap<>();
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length != 2 || !words[1].matches("[0-9]+\\.[0-9]{2}")) {
                throw new IllegalArgumentException("not a sign of life: '" + line + "'");
            }
            long time = Long.parseLong(words[1].replace(".", ""));
            byCopy.merge(
                    words[0],
                    new Life(words[0], time, time),
                    (known, now) ->
                            new Life(
                                    known.copy,
                                    Math.min(known.first, now.first),
                                    Math.max(known.last, now.last)));
        }
        return new Lives(
                byCopy.values().stream().sorted(Comparator.comparingLong(Life::first)).toList());
    }

    /** Every two copies that lived at the same time. */
    List<Overlap> overlaps() {
        List<Overlap> found = new ArrayList<>();
        for (int i = 0; i < lives.size(); i++) {
            for (int j = i + 1; j < lives.size(); j++) {
                if (lives.get(i).overlaps(lives.get(j))) {
                    found.add(new Overlap(lives.get(i), lives.get(j)));
                }
            }
        }
        return found;
    }
}
