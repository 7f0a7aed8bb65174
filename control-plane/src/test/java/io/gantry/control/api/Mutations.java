package io.gantry.control.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.SdkBuilder;
import software.amazon.awssdk.utils.builder.ToCopyableBuilder;

/** Changes requests in small ways, so that they stay nearly valid. */
final class Mutations {
    private static final List<Integer> NUMBERS =
            List.of(-1, 0, 1, 2, 5, 80, 100, 256, 65_535, 65_536, Integer.MAX_VALUE);

    private final Random random;
    private final List<String> words;

    Mutations(Random random, List<String> words) {
        this.random = random;
        this.words = words;
    }

    /** A copy in which one member, perhaps deep inside, is another. */
    SdkPojo of(SdkPojo original) {
        List<SdkField<?>> fields = original.sdkFields();
        if (fields.isEmpty()) {
            return original;
        }
        SdkField<?> field = fields.get(random.nextInt(fields.size()));
        for (int i = 0; i < 3 && field.getValueOrDefault(original) == null; i++) {
            field = fields.get(random.nextInt(fields.size()));
        }
        var builder = ((ToCopyableBuilder<?, ?>) original).toBuilder();
        field.set(builder, changed(field, field.getValueOrDefault(original)));
        return (SdkPojo) ((SdkBuilder<?, ?>) builder).build();
    }

    private @Nullable Object changed(SdkField<?> field, @Nullable Object value) {
        if (random.nextInt(6) == 0) {
            return null;
        }
        return switch (field.marshallingType().getTargetClass().getSimpleName()) {
            case "String" -> words.get(random.nextInt(words.size()));
            case "Integer" -> NUMBERS.get(random.nextInt(NUMBERS.size()));
            case "Boolean" -> random.nextBoolean();
            case "List" -> list(value instanceof List<?> list ? list : List.of());
            case "SdkPojo" -> value instanceof SdkPojo pojo ? of(pojo) : value;
            default -> value instanceof Map<?, ?> ? Map.of() : value;
        };
    }

    private Object list(List<?> list) {
        if (list.isEmpty()) {
            return list;
        }
        var changed = new ArrayList<Object>(list);
        int index = random.nextInt(list.size());
        Object element = changed.get(index);
        switch (random.nextInt(4)) {
            case 0 -> changed.remove(index);
            case 1 -> changed.add(element);
            case 2 -> Collections.shuffle(changed, random);
            default ->
                    changed.set(
                            index,
                            element instanceof SdkPojo pojo
                                    ? of(pojo)
                                    : words.get(random.nextInt(words.size())));
        }
        return changed;
    }
}
