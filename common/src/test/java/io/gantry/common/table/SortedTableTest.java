package io.gantry.common.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedTableTest {

    private record Version(SortedTable<Integer, String> table, TreeMap<Integer, String> model) {}

    @ParameterizedTest
    @ValueSource(ints = {10, 200, 5_000})
    void behavesLikeTreeMapAndOldVersionsNeverChange(int range) {
        var random = new Random(range);
        SortedTable<Integer, String> table = SortedTable.empty();
        var model = new TreeMap<Integer, String>();
        List<Version> versions = new ArrayList<>();
        for (int batch = 0; batch < 400; batch++) {
            var editor = table.edit();
            for (int i = random.nextInt(40); i >= 0; i--) {
                int key = random.nextInt(range);
                if (random.nextInt(100) < 40 + (batch / 100 % 2) * 25) {
                    editor.remove(key);
                    model.remove(key);
                } else {
                    editor.put(key, "v" + batch + "." + i);
                    model.put(key, "v" + batch + "." + i);
                }
                assertThat(editor.get(key)).isEqualTo(model.get(key));
            }
            table = editor.done();
            versions.add(new Version(table, new TreeMap<>(model)));
        }
        versions.forEach(version -> assertSame(version, random.nextInt(range)));
        for (Version version : versions) {
            assertChanges(version, versions.get(random.nextInt(versions.size())));
        }
    }

    private static void assertChanges(Version after, Version before) {
        var changes = new TreeMap<Integer, Optional<String>>();
        after.table.forEachChange(
                before.table,
                (key, value) -> assertThat(changes.put(key, Optional.ofNullable(value))).isNull());
        var expected = new TreeMap<Integer, Optional<String>>();
        before.model.keySet().forEach(key -> expected.put(key, Optional.empty()));
        after.model.forEach((key, value) -> expected.put(key, Optional.of(value)));
        expected.entrySet()
                .removeIf(
                        each ->
                                each.getValue()
                                        .equals(
                                                Optional.ofNullable(
                                                        before.model.get(each.getKey()))));
        assertThat(changes).isEqualTo(expected);
    }

    private static void assertSame(Version version, int from) {
        var entries = new TreeMap<Integer, String>();
        version.table.forEach(entries::put);
        assertThat(entries).isEqualTo(version.model);
        assertThat(version.table.size()).isEqualTo(version.model.size());
        assertThat(version.table.streamFrom(from).map(Map.Entry::getKey))
                .containsExactlyElementsOf(version.model.tailMap(from).keySet());
        assertThat(version.table.first())
                .isEqualTo(version.model.isEmpty() ? null : version.model.firstEntry());
    }

    @Test
    void ascendingKeysFillTheNodes() {
        SortedTable<Integer, Integer> table = SortedTable.empty();
        for (int i = 0; i < 100_000; i++) {
            table = table.put(i, i);
        }
        assertThat(table.get(77_777)).isEqualTo(77_777);
        assertThat(table.keys(99_990, key -> key < 99_995))
                .containsExactly(99_990, 99_991, 99_992, 99_993, 99_994);
    }
}
