package io.gantry.common.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.history.Register.Read;
import io.gantry.common.history.Register.Write;
import io.gantry.common.history.Sequence.Action;
import io.gantry.common.history.TokenSet.Add;
import io.gantry.common.history.TokenSet.Item;
import io.gantry.common.history.TokenSet.ListAll;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinearizabilityTest {
    private static final String KEY = "web";

    private static <A, R> Call<A, R> call(int client, long from, long to, A action, R answer) {
        return new Call<>(client, "Call", KEY, action, from, to, new Outcome.Ok<>(answer));
    }

    private static <A, R> Call<A, R> lost(int client, long from, A action) {
        return new Call<>(
                client, "Call", KEY, action, from, Call.NEVER, new Outcome.Unknown<>("timeout"));
    }

    private static Call<Register.Action<Integer>, Integer> write(long from, long to, int value) {
        return call(1, from, to, new Write<>(value), value);
    }

    private static Call<Register.Action<Integer>, Integer> read(long from, long to, int value) {
        return call(2, from, to, new Read<>(), value);
    }

    private static List<Violation> register(List<Call<Register.Action<Integer>, Integer>> calls) {
        return Linearizability.violations(new Register<>(0), calls);
    }

    @Test
    void aRegisterAnswersTheLatestWrite() {
        assertThat(register(List.of(read(0, 1, 0), write(2, 3, 7), read(4, 5, 7)))).isEmpty();
    }

    @Test
    void aLostWriteIsFound() {
        assertThat(register(List.of(write(0, 1, 7), write(2, 3, 8), read(4, 5, 7)))).hasSize(1);
    }

    @Test
    void aReadDuringAWriteMayAnswerBoth() {
        assertThat(register(List.of(write(0, 9, 7), read(1, 2, 0), read(3, 4, 7)))).isEmpty();
        assertThat(register(List.of(write(0, 9, 7), read(1, 2, 7), read(3, 4, 0)))).hasSize(1);
    }

    @Test
    void aValueThatNobodyWroteIsFound() {
        assertThat(register(List.of(write(0, 1, 7), read(2, 3, 6)))).hasSize(1);
    }

    @Test
    void aWriteThatAnswersAnotherValueIsFound() {
        assertThat(register(List.of(call(1, 0, 1, new Write<>(7), 8)))).hasSize(1);
    }

    @Test
    void anUnknownWriteMayTakeEffectLateOrNever() {
        var unknown = LinearizabilityTest.<Register.Action<Integer>, Integer>lost(3, 0, write7());
        assertThat(register(List.of(unknown, read(1, 2, 0), write(3, 4, 8), read(5, 6, 8))))
                .isEmpty();
        assertThat(register(List.of(unknown, write(3, 4, 8), read(5, 6, 8), read(7, 8, 7))))
                .isEmpty();
    }

    private static Register.Action<Integer> write7() {
        return new Write<>(7);
    }

    @Test
    void anUnknownWriteTakesEffectOnce() {
        var unknown = LinearizabilityTest.<Register.Action<Integer>, Integer>lost(3, 0, write7());
        assertThat(register(List.of(unknown, read(1, 2, 7), write(3, 4, 8), read(5, 6, 7))))
                .hasSize(1);
        assertThat(
                        register(
                                List.of(
                                        unknown,
                                        unknown,
                                        read(1, 2, 7),
                                        write(3, 4, 8),
                                        read(5, 6, 7))))
                .isEmpty();
    }

    @Test
    void anUnknownWriteHasNoEffectBeforeItWasAskedFor() {
        var unknown = LinearizabilityTest.<Register.Action<Integer>, Integer>lost(3, 5, write7());
        assertThat(register(List.of(read(1, 2, 7), unknown))).hasSize(1);
    }

    @Test
    void aRefusedWriteHasNoEffect() {
        var refused =
                new Call<Register.Action<Integer>, Integer>(
                        3, "Call", KEY, write7(), 0, 1, new Outcome.Failed<>("400"));
        assertThat(register(List.of(refused, read(2, 3, 0)))).isEmpty();
        assertThat(register(List.of(refused, read(2, 3, 7)))).hasSize(1);
    }

    @Test
    void numbersGrow() {
        assertThat(sequence(List.of(next(0, 1, 1), next(2, 3, 2), latest(4, 5, 2)))).isEmpty();
        assertThat(sequence(List.of(next(0, 9, 2), next(1, 8, 1)))).isEmpty();
    }

    @Test
    void aNumberGivenTwiceIsFound() {
        assertThat(sequence(List.of(next(0, 9, 1), next(1, 8, 1)))).hasSize(1);
    }

    @Test
    void aSmallerNumberLaterIsFound() {
        assertThat(sequence(List.of(next(0, 1, 2), next(2, 3, 1)))).hasSize(1);
    }

    @Test
    void anOldLatestNumberIsFound() {
        assertThat(sequence(List.of(next(0, 1, 1), next(2, 3, 2), latest(4, 5, 1)))).hasSize(1);
    }

    @Test
    void aNumberThatIsSeenBeforeItIsAskedForIsFound() {
        assertThat(sequence(List.of(latest(0, 1, 1), next(2, 3, 1)))).hasSize(1);
    }

    private static List<Violation> sequence(List<Call<Action, Integer>> calls) {
        return Linearizability.violations(new Sequence(), calls);
    }

    private static Call<Action, Integer> next(long from, long to, int number) {
        return call((int) from, from, to, Action.NEXT, number);
    }

    private static Call<Action, Integer> latest(long from, long to, int number) {
        return call(2, from, to, Action.LATEST, number);
    }

    @Test
    void aTokenHasOneThing() {
        assertThat(set(List.of(add(0, 1, "a", "1"), add(2, 3, "a", "1"), list(4, 5, "a=1"))))
                .isEmpty();
        assertThat(set(List.of(add(0, 1, "a", "1"), add(2, 3, "a", "2")))).hasSize(1);
    }

    @Test
    void aThingThatIsMissingOrTooManyIsFound() {
        assertThat(set(List.of(add(0, 1, "a", "1"), list(2, 3)))).hasSize(1);
        assertThat(set(List.of(add(0, 1, "a", "1"), list(2, 3, "a=1", "b=2")))).hasSize(1);
        assertThat(set(List.of(add(0, 1, "a", "1"), list(2, 3, "a=1", "a=1")))).hasSize(1);
        assertThat(set(List.of(add(0, 1, "a", "1"), add(2, 3, "b", "1")))).hasSize(1);
    }

    @Test
    void whatUnknownCallsMadeMayBeListed() {
        var a = LinearizabilityTest.<TokenSet.Action, List<Item>>lost(3, 0, new Add("a"));
        var b = LinearizabilityTest.<TokenSet.Action, List<Item>>lost(4, 0, new Add("b"));
        assertThat(set(List.of(a, b, list(1, 2), list(3, 4, "a=1", "b=2")))).isEmpty();
        assertThat(set(List.of(a, b, list(1, 2, "b=2"), list(3, 4, "a=1")))).hasSize(1);
        assertThat(set(List.of(a, list(1, 2, "a=1"), add(3, 4, "a", "1")))).isEmpty();
        assertThat(set(List.of(a, list(1, 2, "a=1"), add(3, 4, "a", "2")))).hasSize(1);
    }

    private static List<Violation> set(List<Call<TokenSet.Action, List<Item>>> calls) {
        return Linearizability.violations(new TokenSet(), calls);
    }

    private static Call<TokenSet.Action, List<Item>> add(
            long from, long to, String token, String id) {
        return call(1, from, to, new Add(token), List.of(new Item(token, id)));
    }

    private static Call<TokenSet.Action, List<Item>> list(long from, long to, String... items) {
        List<Item> listed =
                List.of(items).stream()
                        .map(item -> new Item(item.substring(0, 1), item.substring(2)))
                        .toList();
        return call(2, from, to, new ListAll(), listed);
    }

    @Test
    void keysAreJudgedOnTheirOwn() {
        var other =
                new Call<Register.Action<Integer>, Integer>(
                        2, "Call", "db", new Read<>(), 2, 3, new Outcome.Ok<>(0));
        assertThat(register(List.of(write(0, 1, 7), other))).isEmpty();
        assertThat(register(List.of(write(0, 1, 7), other, read(4, 5, 0))))
                .singleElement()
                .extracting(Violation::key)
                .isEqualTo(KEY);
    }

    @Test
    void theExplanationEndsWithTheFirstAnswerThatCannotBe() {
        Violation found =
                register(
                                List.of(
                                        write(0, 1, 7),
                                        write(2, 3, 8),
                                        lost(3, 4, new Write<>(9)),
                                        read(5, 6, 7),
                                        read(7, 8, 5)))
                        .getFirst();
        assertThat(found.call()).isEqualTo(read(5, 6, 7));
        assertThat(found.possible()).containsExactly("8");
        assertThat(found.completed()).isEqualTo(2);
        assertThat(found.pending()).hasSize(1);
        assertThat(found.toString())
                .contains("Register of web", "Write[value=8]", "it could be 8 only", "timeout");
    }
}
