package io.gantry.common.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parameters of a form or a query string, decoded, in the order in which they came. */
final class Form {
    private static final int MOST_PARAMETERS = 10_000;
    private static final int DEEPEST = 64;

    private record Parameter(String name, String value) {}

    private final List<Parameter> parameters = new ArrayList<>();

    /** Throws a {@link WireException} for bad escapes, bad UTF-8 and floods. */
    static Form parse(String text) {
        var form = new Form();
        for (int start = 0; start < text.length(); ) {
            int end = indexOr(text, '&', start, text.length());
            int equals = indexOr(text, '=', start, end);
            if (equals > start) {
                String value = text.substring(Math.min(equals + 1, end), end);
                form.add(text.substring(start, equals), value);
            }
            start = end + 1;
        }
        return form;
    }

    private static int indexOr(String text, char sign, int start, int end) {
        int found = text.indexOf(sign, start, end);
        return found < 0 ? end : found;
    }

    private void add(String name, String value) {
        if (parameters.size() == MOST_PARAMETERS) {
            throw WireException.malformed("There are too many parameters");
        }
        try {
            parameters.add(
                    new Parameter(
                            Text.utf8(Text.percentDecoded(name)),
                            Text.utf8(Text.percentDecoded(value))));
        } catch (IllegalArgumentException malformed) {
            throw WireException.malformed("The parameter '" + name + "' is not properly encoded");
        }
    }

    @Nullable String text(String name) {
        for (Parameter parameter : parameters) {
            if (parameter.name.equals(name)) {
                return parameter.value;
            }
        }
        return null;
    }

    /** The parameters as the tree that the dots in their names describe. */
    Node tree() {
        var root = new Node();
        for (Parameter parameter : parameters) {
            root.put(parameter.name, parameter.value);
        }
        return root;
    }

    /** A parameter such as {@code Key} in {@code Tags.member.1.Key=a}, or what leads there. */
    static final class Node {
        private @Nullable String value;
        private Map<String, Node> children = Map.of();

        private void put(String path, String text) {
            Node node = this;
            int start = 0;
            for (int depth = 0; start <= path.length(); depth++) {
                if (depth == DEEPEST) {
                    throw WireException.malformed("Parameters are nested too deeply");
                }
                int end = indexOr(path, '.', start, path.length());
                node = node.child(path.substring(start, end));
                start = end + 1;
            }
            if (node.value != null) {
                throw WireException.malformed("Duplicate parameter '" + path + "'");
            }
            node.value = text;
        }

        private Node child(String name) {
            if (children.isEmpty()) {
                children = new LinkedHashMap<>();
            }
            return children.computeIfAbsent(name, _ -> new Node());
        }

        Map<String, Node> children() {
            return children;
        }

        /** The text of a parameter without parts. */
        String text() {
            if (value == null || !children.isEmpty()) {
                throw WireException.malformed("A value has parts where none are expected");
            }
            return value;
        }

        @Nullable String text(String child) {
            Node found = children.get(child);
            return found == null ? null : found.text();
        }

        /** Refuses text where parts are expected; an empty one stands for no parts at all. */
        void expectParts() {
            if (value != null && (!value.isEmpty() || !children.isEmpty())) {
                throw WireException.malformed("'" + value + "' is given where parts are expected");
            }
        }

        /** The numbered children of this node, or of the one called {@code wrapper}, if any. */
        Collection<Node> numbered(String wrapper) {
            expectParts();
            Node parent = children.getOrDefault(wrapper, this);
            var sorted = new TreeMap<Integer, Node>();
            parent.children.forEach(
                    (name, child) -> {
                        if (sorted.put(index(name), child) != null) {
                            throw WireException.malformed("The index " + name + " comes twice");
                        }
                    });
            return sorted.values();
        }

        private static Integer index(String name) {
            try {
                return Integer.valueOf(name);
            } catch (NumberFormatException malformed) {
                throw WireException.malformed("'" + name + "' is not an index of a list");
            }
        }
    }
}
