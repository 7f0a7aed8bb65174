package io.gantry.common.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the models say and the SDK leaves out: constraints on members and the codes of errors, from
 * one small resource per service. A service without one has no constraints and regular errors.
 */
final class Traits {
    private static final String LIMITS = "(?:\\[([^,]*),([^]]*)])?(?:~([^~]*)~)?";
    private static final Pattern MEMBER =
            Pattern.compile("([^!\\[~@ ]+)(!)?" + LIMITS + "(?:@" + LIMITS + ")?");
    private static final Map<String, Traits> SERVICES = new ConcurrentHashMap<>();

    /** Bounds of a number, or of the length of text, blobs, lists and maps. */
    record Limits(@Nullable Double least, @Nullable Double most, @Nullable Pattern pattern) {}

    /** What holds for a member, and for its elements if it is a list. */
    record Constraint(boolean required, @Nullable Limits value, @Nullable Limits element) {}

    /** How an error is called in awsQuery, and in the newer protocols, which use its shape. */
    record ErrorCode(String queryCode, int status, String shape) {}

    private final Map<String, Map<String, Constraint>> members = new HashMap<>();
    private final Map<String, ErrorCode> errors = new HashMap<>();

    /** Those of the service that a model class belongs to. */
    static Traits of(Class<?> model) {
        String path = model.getPackageName(); // software.amazon.awssdk.services.ecs.model
        String parent = path.substring(0, Math.max(0, path.lastIndexOf('.')));
        String service = parent.substring(parent.lastIndexOf('.') + 1);
        return SERVICES.computeIfAbsent(service, Traits::new);
    }

    private Traits(String service) {
        try (InputStream in = Traits.class.getResourceAsStream(service + ".traits")) {
            if (in != null) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .forEach(this::add);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void add(String line) {
        List<String> words = List.of(line.split(" ", -1));
        if (words.getFirst().equals("!")) {
            int status = Integer.parseInt(words.get(3));
            errors.put(words.get(1), new ErrorCode(words.get(2), status, words.get(4)));
            return;
        }
        Map<String, Constraint> constraints = new HashMap<>();
        for (String word : words.subList(1, words.size())) {
            Matcher match = MEMBER.matcher(word);
            if (!match.matches()) {
                throw new IllegalStateException("Unreadable trait: " + word);
            }
            boolean required = match.group(2) != null;
            constraints.put(
                    match.group(1), new Constraint(required, limits(match, 3), limits(match, 6)));
        }
        members.put(words.getFirst(), constraints);
    }

    private static @Nullable Limits limits(Matcher match, int group) {
        String pattern = match.group(group + 2);
        if (match.group(group) == null && pattern == null) {
            return null;
        }
        return new Limits(
                bound(match.group(group)),
                bound(match.group(group + 1)),
                pattern == null ? null : pattern(pattern));
    }

    private static @Nullable Double bound(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Double.valueOf(text);
    }

    private static Pattern pattern(String escaped) {
        String text = Text.utf8(Text.percentDecoded(escaped.replace("+", "%2B")));
        return Pattern.compile(text, Pattern.DOTALL);
    }

    @Nullable Constraint constraint(Class<?> type, String member) {
        return members.getOrDefault(type.getSimpleName(), Map.of()).get(member);
    }

    static ErrorCode error(Class<?> exception) {
        String name = exception.getSimpleName();
        ErrorCode irregular = of(exception).errors.get(name);
        if (irregular != null) {
            return irregular;
        }
        boolean suffixed = name.endsWith("Exception") && name.length() > "Exception".length();
        String code = suffixed ? name.substring(0, name.length() - 9) : name;
        return new ErrorCode(code, 400, name);
    }

    /** The constrained members by class, for the check that the SDK still has them all. */
    Map<String, Map<String, Constraint>> constraints() {
        return members;
    }

    /** The irregular errors by class, for the check that the SDK still has them all. */
    Map<String, ErrorCode> errors() {
        return errors;
    }
}
