package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;

class PagesTest {

    private static Pages.Page<Integer> page(int size, @Nullable String token, int rows) {
        Pages pages = Pages.of(100, 100, size, token, List.of("filter"));
        Integer last = pages.last(Integer::valueOf);
        return pages.cut(
                IntStream.range(last == null ? 0 : last + 1, rows).boxed(), Integer::intValue);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 11, 20, 25})
    void allRowsComeOnce(int rows) {
        var seen = new ArrayList<Integer>();
        String token = null;
        do {
            var page = page(10, token, rows);
            seen.addAll(page.rows());
            token = page.nextToken();
        } while (token != null);
        assertThat(seen).isEqualTo(IntStream.range(0, rows).boxed().toList());
    }

    @Test
    void theLastPageHasNoTokenEvenIfItIsFull() {
        assertThat(page(10, null, 10).nextToken()).isNull();
    }

    @Test
    void aTokenIsGoodForItsOwnFiltersOnly() {
        String token = page(10, null, 20).nextToken();
        assertThatThrownBy(() -> Pages.of(100, 100, 10, token, List.of("another")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Invalid token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "====", "AAAAAAAA", "not base64!", "ü"})
    void whatIsNoTokenIsRefused(String token) {
        assertThatThrownBy(() -> page(10, token, 20))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Invalid token");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 101})
    void sizesAreLimited(int size) {
        assertThatThrownBy(() -> page(size, null, 20))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("between 1 and 100");
    }
}
