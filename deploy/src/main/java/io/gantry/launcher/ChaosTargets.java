package io.gantry.launcher;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Finds out whom a fault is for: {@code n1}, {@code w2}, {@code leader}, {@code any-worker} ... */
final class ChaosTargets {
    static final String LEADER = "leader";
    static final String ANY_NODE = "any-node";
    static final String ANY_WORKER = "any-worker";

    private final Installation installation;
    private final RandomGenerator random;

    ChaosTargets(Installation installation, RandomGenerator random) {
        this.installation = installation;
        this.random = random;
    }

    /**
     * Each of them once, those that were named before those that are drawn.
     *
     * @param leader who leads now; null if nobody does
     */
    List<Member> find(List<String> words, @Nullable String leader) {
        Set<Member> found = new LinkedHashSet<>();
        for (String word : words) {
            switch (word) {
                case ANY_NODE, ANY_WORKER -> {}
                case LEADER -> {
                    if (leader == null) {
                        throw new Failure("Nobody leads.");
                    }
                    found.add(installation.member(leader));
                }
                default -> found.add(installation.member(word));
            }
        }
        for (String word : words) {
            if (word.equals(ANY_NODE)) {
                found.add(any(Member::isNode, found, "node"));
            } else if (word.equals(ANY_WORKER)) {
                found.add(any(member -> !member.isNode(), found, "worker"));
            }
        }
        return List.copyOf(found);
    }

    private Member any(Predicate<Member> wanted, Set<Member> taken, String what) {
        List<Member> left = new ArrayList<>(installation.members());
        left.removeIf(member -> !wanted.test(member) || taken.contains(member));
        if (left.isEmpty()) {
            throw new Failure("There is no other %s.".formatted(what));
        }
        return left.get(random.nextInt(left.size()));
    }
}
