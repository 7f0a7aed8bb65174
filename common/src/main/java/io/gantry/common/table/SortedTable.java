package io.gantry.common.table;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Immutable sorted map: a relaxed B+tree whose nodes are copied on write. Neither keys nor values
 * are null.
 *
 * <p>{@link #edit()} opens a single-threaded editor. Nodes that the editor has already copied carry
 * its owner token and are changed in place, so a batch of edits copies each touched path once.
 * {@link Editor#done()} drops the token, which freezes them for good: taking a snapshot is keeping
 * the reference.
 */
public final class SortedTable<K extends Comparable<? super K>, V> {
    static final int WIDTH = 32;

    private static final Leaf NO_LEAF = new Leaf(new Owner(), new Object[0], new Object[0]);
    private static final SortedTable<?, ?> EMPTY = new SortedTable<>(NO_LEAF, 0);

    private final Node root;
    private final int size;

    private SortedTable(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    @SuppressWarnings("unchecked") // It holds nothing that could be of the wrong type.
    public static <K extends Comparable<? super K>, V> SortedTable<K, V> empty() {
        return (SortedTable<K, V>) EMPTY;
    }

    public int size() {
        return size;
    }

    public @Nullable V get(K key) {
        return find(root, key);
    }

    public SortedTable<K, V> put(K key, V value) {
        Editor<K, V> editor = edit();
        editor.put(key, value);
        return editor.done();
    }

    public SortedTable<K, V> remove(K key) {
        Editor<K, V> editor = edit();
        editor.remove(key);
        return editor.done();
    }

    public Editor<K, V> edit() {
        return new Editor<>(this);
    }

    /** All entries in the order of their keys. */
    @SuppressWarnings("unchecked") // Only put() adds entries, and it is typed.
    public void forEach(BiConsumer<? super K, ? super V> action) {
        visit(root, (BiConsumer<Object, Object>) (BiConsumer<?, ?>) action);
    }

    private static void visit(Node node, BiConsumer<Object, Object> action) {
        switch (node) {
            case Leaf leaf -> {
                for (int i = 0; i < leaf.keys.length; i++) {
                    action.accept(leaf.keys[i], leaf.values[i]);
                }
            }
            case Branch branch -> {
                for (Node child : branch.children) {
                    visit(child, action);
                }
            }
        }
    }

    /**
     * What was put since {@code before}, and null for each key that was removed. Quick if one was
     * made from the other by few edits: what they share is not looked at. Values that are equal but
     * not the same count as put.
     */
    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // Only put() adds entries: it is typed.
    public void forEachChange(SortedTable<K, V> before, BiConsumer<K, @Nullable V> action) {
        Set<Leaf> ours = leaves();
        Set<Leaf> theirs = before.leaves();
        for (Leaf leaf : theirs) {
            for (int i = 0; !ours.contains(leaf) && i < leaf.keys.length; i++) {
                K key = (K) leaf.keys[i];
                if (get(key) == null) {
                    action.accept(key, null);
                }
            }
        }
        for (Leaf leaf : ours) {
            for (int i = 0; !theirs.contains(leaf) && i < leaf.keys.length; i++) {
                K key = (K) leaf.keys[i];
                V value = (V) leaf.values[i];
                if (before.get(key) != value) {
                    action.accept(key, value);
                }
            }
        }
    }

    /** By identity, which is all that a leaf has, in the order of their keys. */
    private Set<Leaf> leaves() {
        var found = new LinkedHashSet<Leaf>();
        collect(root, found);
        return found;
    }

    private static void collect(Node node, Set<Leaf> found) {
        switch (node) {
            case Leaf leaf -> found.add(leaf);
            case Branch branch -> {
                for (Node child : branch.children) {
                    collect(child, found);
                }
            }
        }
    }

    /** The values in the order of their keys. */
    public Stream<V> values() {
        return stream(new Cursor<K, V>(root, null)).map(Map.Entry::getValue);
    }

    /** Entries from {@code from} (inclusive) upwards. */
    public Iterator<Map.Entry<K, V>> from(K from) {
        return new Cursor<>(root, from);
    }

    /** Keys from {@code from} (inclusive) upwards, for as long as {@code within} holds. */
    public List<K> keys(K from, Predicate<? super K> within) {
        var found = new ArrayList<K>();
        for (var entries = from(from); entries.hasNext(); ) {
            K key = entries.next().getKey();
            if (!within.test(key)) {
                break;
            }
            found.add(key);
        }
        return found;
    }

    /** Entries from {@code from} (inclusive) upwards. */
    public Stream<Map.Entry<K, V>> streamFrom(K from) {
        return stream(new Cursor<K, V>(root, from));
    }

    /** The entry with the smallest key, or null. */
    public Map.@Nullable Entry<K, V> first() {
        var entries = new Cursor<K, V>(root, null);
        return entries.hasNext() ? entries.next() : null;
    }

    private static <K extends Comparable<? super K>, V> Stream<Map.Entry<K, V>> stream(
            Cursor<K, V> cursor) {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(cursor, traits), false);
    }

    // Only put() adds entries, and it is typed.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <K extends Comparable<? super K>, V> @Nullable V find(Node start, K key) {
        Node node = start;
        while (node instanceof Branch branch) {
            node = branch.children[childIndex(branch.keys, key)];
        }
        var leaf = (Leaf) node;
        int at = search(leaf.keys, key);
        return at < 0 ? null : (V) leaf.values[at];
    }

    /** Changes a table in place of its own; the table that it came from stays as it was. */
    public static final class Editor<K extends Comparable<? super K>, V> {
        private Owner owner = new Owner();
        private Node root;
        private int size;
        private @Nullable Node split;

        private Editor(SortedTable<K, V> table) {
            this.root = table.root;
            this.size = table.size;
        }

        /** Sees the changes made so far. */
        public @Nullable V get(K key) {
            return find(root, key);
        }

        public void put(K key, V value) {
            split = null;
            Node left = insert(root, key, value);
            Node right = split;
            root =
                    right == null
                            ? left
                            : new Branch(
                                    owner,
                                    new Object[] {firstKey(left), firstKey(right)},
                                    new Node[] {left, right});
        }

        /** Does nothing if there is no such key. */
        public void remove(K key) {
            root = delete(root, key);
            while (root instanceof Branch branch && branch.children.length <= 1) {
                root = branch.children.length == 1 ? branch.children[0] : NO_LEAF;
            }
        }

        /** What the table looks like now; the editor may go on, on copies of its own. */
        public SortedTable<K, V> done() {
            owner = new Owner();
            return new SortedTable<>(root, size);
        }

        private Node insert(Node node, K key, V value) {
            return switch (node) {
                case Leaf leaf -> insertIntoLeaf(leaf, key, value);
                case Branch branch -> insertIntoBranch(branch, key, value);
            };
        }

        private Node insertIntoLeaf(Leaf leaf, K key, V value) {
            int at = search(leaf.keys, key);
            if (at >= 0) {
                if (leaf.owner == owner) {
                    leaf.values[at] = value;
                    return leaf;
                }
                Object[] values = leaf.values.clone();
                values[at] = value;
                return new Leaf(owner, leaf.keys, values);
            }
            size++;
            Object[] keys = inserted(leaf.keys, -at - 1, key);
            Object[] values = inserted(leaf.values, -at - 1, value);
            if (keys.length <= WIDTH) {
                return new Leaf(owner, keys, values);
            }
            int middle = splitPoint(keys.length, -at - 1);
            split =
                    new Leaf(
                            owner,
                            Arrays.copyOfRange(keys, middle, keys.length),
                            Arrays.copyOfRange(values, middle, values.length));
            return new Leaf(owner, Arrays.copyOf(keys, middle), Arrays.copyOf(values, middle));
        }

        private Node insertIntoBranch(Branch branch, K key, V value) {
            int at = childIndex(branch.keys, key);
            Node changed = insert(branch.children[at], key, value);
            Node right = split;
            if (right == null) {
                return withChild(branch, at, changed);
            }
            split = null;
            Node[] children = inserted(branch.children, at + 1, right);
            children[at] = changed;
            Object[] keys = inserted(branch.keys, at + 1, firstKey(right));
            if (children.length <= WIDTH) {
                return new Branch(owner, keys, children);
            }
            int middle = splitPoint(children.length, at + 1);
            split =
                    new Branch(
                            owner,
                            Arrays.copyOfRange(keys, middle, keys.length),
                            Arrays.copyOfRange(children, middle, children.length));
            return new Branch(owner, Arrays.copyOf(keys, middle), Arrays.copyOf(children, middle));
        }

        private Node withChild(Branch branch, int at, Node child) {
            if (branch.children[at] == child) {
                return branch;
            }
            if (branch.owner == owner) {
                branch.children[at] = child;
                return branch;
            }
            Node[] children = branch.children.clone();
            children[at] = child;
            return new Branch(owner, branch.keys, children);
        }

        private Node delete(Node node, K key) {
            return switch (node) {
                case Leaf leaf -> deleteFromLeaf(leaf, key);
                case Branch branch -> {
                    int at = childIndex(branch.keys, key);
                    Node child = branch.children[at];
                    Node changed = delete(child, key);
                    yield changed == child ? branch : repaired(branch, at, changed);
                }
            };
        }

        private Node deleteFromLeaf(Leaf leaf, K key) {
            int at = search(leaf.keys, key);
            if (at < 0) {
                return leaf;
            }
            size--;
            return new Leaf(owner, removed(leaf.keys, at), removed(leaf.values, at));
        }

        /**
         * Puts {@code child} back at {@code at}, merged with a neighbour if both fit in one node.
         */
        private Node repaired(Branch branch, int at, Node child) {
            if (child.count() == 0) {
                return new Branch(owner, removed(branch.keys, at), removed(branch.children, at));
            }
            int left = at + 1 < branch.children.length ? at : at - 1;
            if (child.count() > WIDTH / 4 || left < 0) {
                return withChild(branch, at, child);
            }
            Node[] children = branch.children.clone();
            children[at] = child;
            Node a = children[left];
            Node b = children[left + 1];
            if (a.count() + b.count() > WIDTH) {
                return new Branch(owner, branch.keys, children);
            }
            children = removed(children, left + 1);
            children[left] = merged(a, b, branch.keys[left + 1]);
            return new Branch(owner, removed(branch.keys, left + 1), children);
        }

        private Node merged(Node a, Node b, Object separator) {
            return switch (a) {
                case Leaf leaf ->
                        new Leaf(
                                owner,
                                concat(leaf.keys, ((Leaf) b).keys),
                                concat(leaf.values, ((Leaf) b).values));
                case Branch branch -> {
                    Object[] keys = concat(branch.keys, ((Branch) b).keys);
                    keys[branch.keys.length] = separator;
                    yield new Branch(owner, keys, concat(branch.children, ((Branch) b).children));
                }
            };
        }
    }

    /** Identity of an editor: nodes that carry it are its own to change. */
    private static final class Owner {}

    private sealed interface Node permits Leaf, Branch {
        int count();
    }

    private static final class Leaf implements Node {
        final Owner owner;
        final Object[] keys;
        final Object[] values;

        Leaf(Owner owner, Object[] keys, Object[] values) {
            this.owner = owner;
            this.keys = keys;
            this.values = values;
        }

        @Override
        public int count() {
            return keys.length;
        }
    }

    /**
     * {@code keys[i]} for i > 0 bounds every key below {@code children[i]} from below; {@code
     * keys[0]} is never compared.
     */
    private static final class Branch implements Node {
        final Owner owner;
        final Object[] keys;
        final Node[] children;

        Branch(Owner owner, Object[] keys, Node[] children) {
            this.owner = owner;
            this.keys = keys;
            this.children = children;
        }

        @Override
        public int count() {
            return children.length;
        }
    }

    private static final class Cursor<K extends Comparable<? super K>, V>
            implements Iterator<Map.Entry<K, V>> {
        private final ArrayDeque<Branch> path = new ArrayDeque<>();
        private final ArrayDeque<Integer> next = new ArrayDeque<>();
        private Leaf leaf;
        private int at;

        Cursor(Node root, @Nullable K from) {
            Node node = root;
            while (node instanceof Branch branch) {
                int child = from == null ? 0 : childIndex(branch.keys, from);
                path.push(branch);
                next.push(child + 1);
                node = branch.children[child];
            }
            leaf = (Leaf) node;
            int found = from == null ? 0 : search(leaf.keys, from);
            at = found < 0 ? -found - 1 : found;
            advance();
        }

        private void advance() {
            while (at >= leaf.keys.length && !path.isEmpty()) {
                Branch branch = path.getFirst();
                int child = next.pop();
                if (child == branch.children.length) {
                    path.pop();
                    continue;
                }
                next.push(child + 1);
                Node node = branch.children[child];
                while (node instanceof Branch inner) {
                    path.push(inner);
                    next.push(1);
                    node = inner.children[0];
                }
                leaf = (Leaf) node;
                at = 0;
            }
        }

        @Override
        public boolean hasNext() {
            return at < leaf.keys.length;
        }

        @Override
        @SuppressWarnings("unchecked") // Only put() adds entries, and it is typed.
        public Map.Entry<K, V> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Map.Entry<K, V> entry = Map.entry((K) leaf.keys[at], (V) leaf.values[at]);
            at++;
            advance();
            return entry;
        }
    }

    @SuppressWarnings("unchecked") // Only put() adds entries, and it is typed.
    private static <K extends Comparable<? super K>> int search(Object[] keys, K key) {
        int low = 0;
        int high = keys.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = key.compareTo((K) keys[middle]);
            if (order == 0) {
                return middle;
            }
            if (order > 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    @SuppressWarnings("unchecked") // Only put() adds entries, and it is typed.
    private static <K extends Comparable<? super K>> int childIndex(Object[] keys, K key) {
        int low = 1;
        int high = keys.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key.compareTo((K) keys[middle]) >= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /**
     * Appending at the right edge leaves a full left node, so ascending ids fill nodes completely.
     */
    private static int splitPoint(int length, int insertedAt) {
        return insertedAt == length - 1 ? length - 1 : length / 2;
    }

    private static Object firstKey(Node node) {
        return switch (node) {
            case Leaf leaf -> leaf.keys[0];
            case Branch branch -> branch.keys[0];
        };
    }

    private static <T> T[] inserted(T[] array, int at, T element) {
        T[] result = Arrays.copyOf(array, array.length + 1);
        System.arraycopy(array, at, result, at + 1, array.length - at);
        result[at] = element;
        return result;
    }

    private static <T> T[] removed(T[] array, int at) {
        T[] result = Arrays.copyOf(array, array.length - 1);
        System.arraycopy(array, at + 1, result, at, array.length - at - 1);
        return result;
    }

    private static <T> T[] concat(T[] a, T[] b) {
        T[] result = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, result, a.length, b.length);
        return result;
    }
}
