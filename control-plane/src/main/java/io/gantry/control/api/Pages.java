package io.gantry.control.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a listing. A token says where the page before ended, and is good only for a listing
 * with the same filters.
 */
final class Pages {
    private static final int BINDING_BYTES = Integer.BYTES;

    private final int binding;
    private final int size;
    private final @Nullable String last;

    /**
     * Some rows.
     *
     * @param nextToken null on the last page
     */
    record Page<T>(List<T> rows, @Nullable String nextToken) {}

    private Pages(int binding, int size, @Nullable String last) {
        this.binding = binding;
        this.size = size;
        this.last = last;
    }

    /**
     * The page that a request asks for.
     *
     * @param filters everything else that decides what is listed
     */
    static Pages of(
            int standard,
            int most,
            @Nullable Integer maxResults,
            @Nullable String nextToken,
            List<?> filters) {
        if (maxResults != null && (maxResults < 1 || maxResults > most)) {
            throw ApiErrors.invalid("maxResults must be between 1 and " + most);
        }
        int binding = filters.toString().hashCode();
        int size = maxResults == null ? standard : maxResults;
        String last =
                nextToken == null || nextToken.isEmpty() ? null : position(nextToken, binding);
        return new Pages(binding, size, last);
    }

    private static String position(String token, int binding) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException notBase64) {
            throw invalidToken();
        }
        if (bytes.length < BINDING_BYTES || ByteBuffer.wrap(bytes).getInt() != binding) {
            throw invalidToken();
        }
        byte[] rest = Arrays.copyOfRange(bytes, BINDING_BYTES, bytes.length);
        return new String(rest, StandardCharsets.UTF_8);
    }

    private static RuntimeException invalidToken() {
        return ApiErrors.invalid("Invalid token.");
    }

    /** Key of the last row of the page before; null on the first page. */
    <K> @Nullable K last(Function<String, K> parse) {
        if (last == null) {
            return null;
        }
        try {
            return parse.apply(last);
        } catch (IllegalArgumentException | IndexOutOfBoundsException forged) {
            throw invalidToken();
        }
    }

    /** Cuts a page off {@code rows}, which begin after {@link #last}. */
    <T> Page<T> cut(Stream<T> rows, Function<T, ?> key) {
        List<T> found = rows.limit(size + 1L).toList();
        if (found.size() <= size) {
            return new Page<>(found, null);
        }
        List<T> page = found.subList(0, size);
        return new Page<>(page, token(key.apply(page.getLast()).toString()));
    }

    private String token(String position) {
        byte[] text = position.getBytes(StandardCharsets.UTF_8);
        byte[] bytes =
                ByteBuffer.allocate(BINDING_BYTES + text.length).putInt(binding).put(text).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
