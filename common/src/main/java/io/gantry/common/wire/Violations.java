package io.gantry.common.wire;

import io.gantry.common.wire.Shape.ListOf;
import io.gantry.common.wire.Shape.MapOf;
import io.gantry.common.wire.Shape.Member;
import io.gantry.common.wire.Shape.Scalar;
import io.gantry.common.wire.Shape.Structure;
import io.gantry.common.wire.Traits.Constraint;
import io.gantry.common.wire.Traits.Limits;
import io.gantry.common.wire.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;

/** Checks requests against their models: required members, ranges, lengths, patterns and enums. */
public final class Violations {
    private static final int ENOUGH = 100;

    private final List<Violation> found = new ArrayList<>(0);

    private Violations() {}

    /** What is wrong with a request, in the order of the model; the first hundred at most. */
    public static List<Violation> of(SdkPojo request) {
        var violations = new Violations();
        violations.check(Structure.of(request.getClass()), request, null);
        return List.copyOf(violations.found);
    }

    /** All complaints in one sentence, as AWS reports them. */
    public static String sentence(List<String> texts) {
        String plural = texts.size() == 1 ? "" : "s";
        String all = String.join("; ", texts);
        return texts.size() + " validation error" + plural + " detected: " + all;
    }

    /** Where a value is; spelt out only for complaints. */
    private record Path(@Nullable Path parent, String step) {
        @Override
        public String toString() {
            return parent == null ? step : parent + "." + step;
        }

        static Path to(@Nullable Path parent, Member member) {
            String name = member.name();
            String step = Character.toLowerCase(name.charAt(0)) + name.substring(1);
            return new Path(parent, step);
        }
    }

    private void check(Shape shape, Object value, @Nullable Path path) {
        if (found.size() >= ENOUGH) {
            return;
        }
        switch (shape) {
            case Scalar _ -> {}
            case ListOf list when list.element() instanceof Scalar -> {}
            case ListOf list -> {
                int index = 0;
                for (Object element : (List<?>) value) {
                    index++;
                    check(list.element(), element, new Path(path, index + ".member"));
                }
            }
            case MapOf map when map.value() instanceof Scalar -> {}
            case MapOf map ->
                    ((Map<?, ?>) value)
                            .forEach(
                                    (key, element) ->
                                            check(
                                                    map.value(),
                                                    element,
                                                    new Path(path, key + ".member")));
            case Structure structure -> members(structure, value, path);
        }
    }

    private void members(Structure structure, Object owner, @Nullable Path path) {
        for (Member member : structure.members().values()) {
            Object value = member.value(owner);
            Constraint constraint = member.constraint();
            if (value != null) {
                Path at = Path.to(path, member);
                if (constraint != null) {
                    limits(constraint, value, at);
                }
                enums(member, value, at);
                check(member.shape(), value, at);
            } else if (constraint != null && constraint.required()) {
                add(Rule.REQUIRED, null, Path.to(path, member), "Member must not be null");
            }
        }
    }

    private void enums(Member member, Object value, Path at) {
        List<String> known = member.knownValues();
        if (known.isEmpty()) {
            return;
        }
        Collection<?> values = value instanceof Collection<?> many ? many : List.of(value);
        for (Object each : values) {
            if (!known.contains(each.toString())) {
                add(Rule.ENUM, each, at, "Member must satisfy enum value set: " + known);
            }
        }
    }

    private void limits(Constraint constraint, Object value, Path at) {
        if (constraint.value() != null) {
            limit(constraint.value(), value, at);
        }
        if (constraint.element() != null && value instanceof List<?> elements) {
            for (Object element : elements) {
                limit(constraint.element(), element, at);
            }
        }
    }

    private void limit(Limits limits, Object value, Path at) {
        double size = size(value);
        boolean isNumber = value instanceof Number;
        Rule rule = isNumber ? Rule.RANGE : Rule.LENGTH;
        String what = isNumber ? "Member must have value " : "Member must have length ";
        Double least = limits.least();
        Double most = limits.most();
        if (least != null && size < least) {
            add(rule, value, at, what + "greater than or equal to " + least.longValue());
        } else if (most != null && size > most) {
            add(rule, value, at, what + "less than or equal to " + most.longValue());
        } else if (limits.pattern() != null
                && value instanceof String text
                && !limits.pattern().matcher(text).matches()) {
            String pattern = limits.pattern().pattern();
            add(
                    Rule.PATTERN,
                    value,
                    at,
                    "Member must satisfy regular expression pattern: " + pattern);
        }
    }

    private static double size(Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case String text -> text.codePointCount(0, text.length());
            case Collection<?> elements -> elements.size();
            case Map<?, ?> entries -> entries.size();
            case SdkBytes bytes -> bytes.asByteArrayUnsafe().length;
            default -> throw new IllegalStateException("No size: " + value.getClass());
        };
    }

    private void add(Rule rule, @Nullable Object value, Path at, String constraint) {
        if (found.size() < ENOUGH) {
            found.add(new Violation(rule, at.toString(), value, constraint));
        }
    }
}
