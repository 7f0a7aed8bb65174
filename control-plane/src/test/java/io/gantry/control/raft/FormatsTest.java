package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.raft.SnapshotFile.Header;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * Logs and snapshots of all releases, under {@code src/test/resources/formats}. What a release has
 * written is never changed. To add what the present one writes, once before it is released:
 *
 * <pre>
 * mvn -pl control-plane -am test -Dtest=FormatsTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dgantry.formats=write
 * </pre>
 *
 * <p>That never overwrites: remove the directory of a release that is not out yet to write it anew.
 */
class FormatsTest {
    private static final Path FORMATS = Path.of("src/test/resources/formats");
    private static final String HOW =
            "add what this release writes: see the documentation of FormatsTest";

    static Stream<Format> formats() {
        try (Stream<Path> directories = Files.list(FORMATS)) {
            return directories.sorted().map(Format::new).toList().stream();
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "gantry.formats", matches = "write")
    void write() throws IOException {
        Path directory = FORMATS.resolve(Release.OWN.name());
        assertThat(directory).as("what was released stays").doesNotExist();
        new Format(directory).write();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void whatAReleaseWroteMeansTheSameForEver(Format format) throws IOException {
        List<String> expected = Files.readAllLines(format.expected());
        var found = new HashSet<>(format.meaning());
        // Members that came later may say more, but nothing may be missing or different.
        assertThat(expected).isNotEmpty();
        assertThat(expected.stream().filter(line -> !found.contains(line)))
                .as("facts that are no longer read from " + format.directory())
                .isEmpty();
    }

    @Test
    void everyKindAndMemberIsInTheFilesOfSomeRelease() throws IOException {
        var missing = new TreeSet<String>();
        var seen = new HashSet<Class<?>>();
        for (Class<?> root : roots()) {
            require(root, missing, seen);
        }
        formats().forEach(format -> missing.removeAll(covered(format)));
        assertThat(missing).as(HOW).isEmpty();
    }

    private static List<Class<?>> roots() {
        var commands = Arrays.stream(Command.class.getPermittedSubclasses());
        var replies = Arrays.stream(Reply.class.getPermittedSubclasses());
        var rows = SnapshotTables.types().stream();
        return Stream.of(commands, replies, rows, Stream.of(Header.class))
                .flatMap(all -> all)
                .<Class<?>>map(type -> type)
                .toList();
    }

    private static void require(Type type, Set<String> names, Set<Class<?>> seen) {
        if (type instanceof ParameterizedType generic) {
            Arrays.stream(generic.getActualTypeArguments())
                    .forEach(argument -> require(argument, names, seen));
        } else if (type instanceof Class<?> known && known.isRecord() && seen.add(known)) {
            names.add(known.getName());
            for (RecordComponent component : known.getRecordComponents()) {
                names.add(name(known, component));
                require(component.getGenericType(), names, seen);
            }
        }
    }

    private static String name(Class<?> type, RecordComponent component) {
        return type.getName() + '.' + component.getName();
    }

    private static Set<String> covered(Format format) {
        var covered = new HashSet<String>();
        try {
            for (byte[] entry : Format.readLog(format.commands())) {
                byte[] items = Arrays.copyOfRange(entry, 1 + Long.BYTES, entry.length);
                cover(Kinds.COMMANDS, items, covered);
            }
            SnapshotFile.Scanned scanned =
                    SnapshotFile.scan(
                            format.snapshot(),
                            row -> cover(Records.CBOR.valueToTree(row), row.getClass(), covered));
            for (Deliveries.Row delivery : scanned.header().deliveries()) {
                ByteBuffer replies = delivery.replies().duplicate();
                replies.get();
                var items = new byte[replies.remaining()];
                replies.get(items);
                cover(Kinds.REPLIES, items, covered);
            }
            cover(Records.CBOR.valueToTree(scanned.header()), Header.class, covered);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return covered;
    }

    private static void cover(Kinds<?> kinds, byte[] items, Set<String> covered) {
        try (JsonParser in = Records.CBOR.createParser(items)) {
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                Class<?> type = kinds.typeOf(in.getString());
                in.nextToken();
                cover(in.readValueAsTree(), type, covered);
            }
        }
    }

    private static void cover(JsonNode node, Type type, Set<String> covered) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            node.valueStream()
                    .forEach(each -> cover(each, arguments[arguments.length - 1], covered));
        } else if (type instanceof Class<?> known && known.isRecord()) {
            covered.add(known.getName());
            for (RecordComponent component : known.getRecordComponents()) {
                JsonNode member = node.path(component.getName());
                // Ids and ports are single texts.
                if (!node.isObject() || !member.isMissingNode()) {
                    covered.add(name(known, component));
                    cover(member, component.getGenericType(), covered);
                }
            }
        }
    }
}
