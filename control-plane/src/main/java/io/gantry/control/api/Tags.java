package io.gantry.control.api;

import io.gantry.control.core.state.GantryTag;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/** The rules for tags. Lengths and characters are checked with the rest of a request's model. */
final class Tags {
    private static final int MOST = 50;
    private static final String RESERVED = "aws:";

    private Tags() {}

    /** Tags that a user may set on a resource of some kind. */
    static List<Tag> checked(List<Tag> given, GantryTag.Place place) {
        if (given.size() > MOST) {
            throw ApiErrors.invalid("The number of tags must not exceed " + MOST + ".");
        }
        Set<String> keys = new HashSet<>();
        for (Tag tag : given) {
            String key = tag.key();
            checkKey(key);
            String complaint = GantryTag.complaint(tag, place);
            if (complaint != null) {
                throw ApiErrors.invalid(complaint);
            }
            if (!keys.add(key)) {
                throw ApiErrors.invalid("Duplicate tag key '" + key + "'.");
            }
        }
        return given.stream().map(tag -> tag.value() == null ? tag(tag.key(), "") : tag).toList();
    }

    /** Throws unless a user may set or remove a tag of this key. */
    static void checkKey(@Nullable String key) {
        if (key == null || key.isEmpty()) {
            throw ApiErrors.invalid("The tag key must not be null or empty.");
        }
        if (key.toLowerCase(Locale.ROOT).startsWith(RESERVED)) {
            throw ApiErrors.invalid("Tag keys that begin with 'aws:' are reserved: '" + key + "'.");
        }
    }

    static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    /** All tags, where a later list replaces the values of earlier ones. */
    @SafeVarargs
    static List<Tag> merged(List<Tag>... lists) {
        Map<String, Tag> merged = new LinkedHashMap<>();
        for (List<Tag> list : lists) {
            list.forEach(tag -> merged.put(tag.key(), tag));
        }
        return List.copyOf(merged.values());
    }
}
