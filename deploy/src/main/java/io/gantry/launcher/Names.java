package io.gantry.launcher;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what is meant by an ARN, an id, or the beginning of an id. */
final class Names {
    private static final int NAMED_AT_MOST = 5;
    private static final int ID_LENGTH = 32;

    private Names() {}

    /**
     * The one name that is meant, or null if there is none.
     *
     * @param kind such as task, for messages
     */
    static @Nullable String find(String kind, String given, List<String> arns) {
        String prefix = StatusReport.shortName(given).toLowerCase(Locale.ROOT);
        List<String> found =
                arns.stream()
                        .filter(arn -> StatusReport.shortName(arn).startsWith(prefix))
                        .distinct()
                        .toList();
        if (prefix.isEmpty() || found.isEmpty()) {
            return null;
        }
        if (found.size() > 1) {
            throw new Failure(
                    "Several %ss begin with '%s': %s%s"
                            .formatted(
                                    kind,
                                    prefix,
                                    found.stream()
                                            .limit(NAMED_AT_MOST)
                                            .map(StatusReport::shortName)
                                            .collect(Collectors.joining(", ")),
                                    found.size() > NAMED_AT_MOST ? " and others" : ""));
        }
        return found.getFirst();
    }

    static boolean isWholeId(String given) {
        return StatusReport.shortName(given).length() == ID_LENGTH;
    }
}
