package io.gantry.common.config;

import java.util.List;

/** The configuration cannot be used; tells every reason, for the one who wrote it. */
public final class SettingsException extends RuntimeException {
    private final transient List<String> problems;

    SettingsException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence each, in the order in which they were found. */
    public List<String> problems() {
        return problems;
    }
}
