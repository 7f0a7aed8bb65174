package io.gantry.control.api;

import java.math.BigDecimal;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.EcsException;

/** Sizes of tasks, which are written as plain numbers or as {@code 1 vCPU} and {@code 0.5 GB}. */
final class Sizes {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{0,9}(?:\\.[0-9]{1,9})?)\\s*([A-Za-z]*)");
    private static final BigDecimal PER_UNIT = BigDecimal.valueOf(1024);
    private static final int LEAST_CPU = 128;
    private static final int MOST_CPU = 196_608;
    private static final int LEAST_MEMORY = 6;

    private Sizes() {}

    /** CPU units as plain digits; null for null. */
    static @Nullable String cpu(@Nullable String given, Function<String, EcsException> error) {
        return normal(given, "vcpu", "cpu", LEAST_CPU, MOST_CPU, error);
    }

    /** MiB as plain digits; null for null. */
    static @Nullable String memory(@Nullable String given, Function<String, EcsException> error) {
        return normal(given, "gb", "memory", LEAST_MEMORY, Integer.MAX_VALUE, error);
    }

    private static @Nullable String normal(
            @Nullable String given,
            String unit,
            String member,
            int least,
            int most,
            Function<String, EcsException> error) {
        if (given == null || given.isEmpty()) {
            return null;
        }
        BigDecimal amount = amount(given.strip(), unit);
        if (amount == null
                || amount.stripTrailingZeros().scale() > 0
                || amount.compareTo(BigDecimal.valueOf(least)) < 0
                || amount.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw error.apply("Invalid '" + member + "' setting for task: '" + given + "'.");
        }
        return Integer.toString(amount.intValueExact());
    }

    private static @Nullable BigDecimal amount(String text, String unit) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || form.group(1).isEmpty()) {
            return null;
        }
        var number = new BigDecimal(form.group(1));
        if (form.group(2).isEmpty()) {
            return number;
        }
        return form.group(2).equalsIgnoreCase(unit) ? number.multiply(PER_UNIT) : null;
    }
}
