package io.gantry.control.core.state;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the values of tags are made of. */
final class TagValues {
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");
    private static final int MOST_NAMES = 20;

    private TagValues() {}

    /** A whole number within limits, both included; null for anything else. */
    static @Nullable Integer number(String text, int least, int most) {
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        int number = Integer.parseInt(text);
        return number < least || number > most ? null : number;
    }

    /** What {@code +} separates: ECS knows no commas in the values of tags. */
    static List<String> parts(String text) {
        return List.of(text.split("\\+", -1));
    }

    /** Different names of a form, joined by {@code +}; null for anything else. */
    static @Nullable List<String> names(String text, Pattern form) {
        List<String> names = parts(text);
        boolean valid =
                names.size() <= MOST_NAMES
                        && names.stream().allMatch(name -> form.matcher(name).matches())
                        && new HashSet<>(names).size() == names.size();
        return valid ? names : null;
    }
}
