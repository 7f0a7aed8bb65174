package io.gantry.common.history;

import io.gantry.common.history.TokenSet.Action;
import io.gantry.common.history.TokenSet.Item;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Things that are made once for each token, however often that is asked for, and are listed from
 * then on. Adding answers the one thing, listing all of them in any order.
 */
public record TokenSet() implements Model<Map<String, String>, Action, List<Item>> {

    /** A thing, and the token that it was made for. */
    public record Item(String token, String id) {}

    /** What can be done with it. */
    public sealed interface Action {}

    /** Makes the token's thing, unless it is there already. */
    public record Add(String token) implements Action {}

    /** Asks for all things. */
    public record ListAll() implements Action {}

    @Override
    public Map<String, String> initial() {
        return Map.of();
    }

    @Override
    public boolean isRead(Action action) {
        return action instanceof ListAll;
    }

    @Override
    public @Nullable Map<String, String> after(
            Map<String, String> state, Action action, List<Item> answer) {
        return switch (action) {
            case Add(var token) ->
                    answer.size() == 1 && answer.getFirst().token().equals(token)
                            ? with(state, answer.getFirst())
                            : null;
            case ListAll() -> isAll(state, answer) ? state : null;
        };
    }

    private static boolean isAll(Map<String, String> state, List<Item> listed) {
        return listed.size() == state.size()
                && new HashSet<>(listed).size() == listed.size()
                && listed.stream().allMatch(item -> item.id().equals(state.get(item.token())));
    }

    /** Null if the token has another thing, or the thing another token. */
    private static @Nullable Map<String, String> with(Map<String, String> state, Item item) {
        String present = state.get(item.token());
        if (present != null) {
            return present.equals(item.id()) ? state : null;
        }
        if (state.containsValue(item.id())) {
            return null;
        }
        var more = new HashMap<>(state);
        more.put(item.token(), item.id());
        return Map.copyOf(more);
    }

    @Override
    public @Nullable Map<String, String> explained(
            Map<String, String> state, Action unknown, Action action, List<Item> answer) {
        if (!(action instanceof ListAll && unknown instanceof Add(var token))
                || state.containsKey(token)
                || !covers(answer, state.keySet())) {
            return null;
        }
        return answer.stream()
                .filter(item -> item.token().equals(token))
                .findFirst()
                .map(item -> with(state, item))
                .orElse(null);
    }

    private static boolean covers(List<Item> listed, Set<String> tokens) {
        Set<String> seen = new HashSet<>();
        listed.forEach(item -> seen.add(item.token()));
        return seen.containsAll(tokens);
    }
}
