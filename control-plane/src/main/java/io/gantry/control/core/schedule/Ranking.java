package io.gantry.control.core.schedule;

import io.gantry.control.core.schedule.Criterion.Own;
import io.gantry.control.core.schedule.Criterion.SpreadOver;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Workers in the order in which a chain of criteria chooses them, each choice after what the ones
 * before have changed. Workers that share their values of all attributes that matter form a tier:
 * among them the order does not change with the counts of those values, so the best of all is the
 * best of the heads of the tiers, and a choice costs the logarithm of the number of workers, and
 * the number of tiers.
 */
final class Ranking {
    /** Lifts what has no value behind everything that has one. */
    private static final long LAST = 1L << 40;

    private final List<Criterion> criteria;
    private final int sign;
    private final RandomGenerator random;
    private final List<Map<String, Bucket>> buckets = new ArrayList<>();
    private final Map<List<@Nullable String>, Tier> tiers = new LinkedHashMap<>();

    /** Tasks of the group on all machines with one value of an attribute. */
    private static final class Bucket {
        private final long offset;
        private long tasks;

        Bucket(long offset) {
            this.offset = offset;
        }
    }

    /** Workers with the same values of all attributes that matter. */
    private static final class Tier {
        /** For each criterion, null where it is none of an attribute. */
        private final @Nullable Bucket[] buckets;

        private final PriorityQueue<Candidate> candidates;

        Tier(@Nullable Bucket[] buckets, PriorityQueue<Candidate> candidates) {
            this.buckets = buckets;
            this.candidates = candidates;
        }
    }

    private Ranking(List<Criterion> criteria, int sign, RandomGenerator random) {
        this.criteria = criteria;
        this.sign = sign;
        // Drawn from for each worker, while what callers hand over may be a slow source.
        this.random = new SplittableRandom(random.nextLong());
        criteria.forEach(each -> buckets.add(new HashMap<>()));
    }

    /** The best place for one more task first. */
    static Ranking forPlacing(List<Criterion> criteria, RandomGenerator random) {
        return new Ranking(criteria, 1, random);
    }

    /** The place that had best one task less first. */
    static Ranking forGivingUp(List<Criterion> criteria, RandomGenerator random) {
        return new Ranking(criteria, -1, random);
    }

    /** A worker has so many more tasks of the group, whether it may be chosen or not. */
    void count(Worker worker, int tasks) {
        Tier tier = tier(worker);
        for (Bucket bucket : tier.buckets) {
            if (bucket != null) {
                bucket.tasks += tasks;
            }
        }
    }

    /** Lets a worker be chosen, with what it is now. */
    void add(Candidate candidate) {
        var rates = new long[criteria.size()];
        for (int i = 0; i < rates.length; i++) {
            rates[i] =
                    criteria.get(i) instanceof Own own
                            ? own.of(candidate.worker(), candidate.ofGroup())
                            : 0;
        }
        // Exponential and added up, chance is as fair to one that was just chosen as to the others.
        candidate.rate(rates, candidate.chance() + random.nextExponential());
        tier(candidate.worker()).candidates.add(candidate);
    }

    /** Takes the best out; null if there is none left. */
    @Nullable Candidate poll() {
        Tier best = null;
        for (Tier tier : tiers.values()) {
            if (!tier.candidates.isEmpty() && (best == null || compare(tier, best) < 0)) {
                best = tier;
            }
        }
        return best == null ? null : best.candidates.poll();
    }

    /** What a criterion counted, whether or not the worker has a value there. */
    static long plain(long rate) {
        return rate % LAST;
    }

    /** What a criterion says of a worker now. */
    long rate(Candidate candidate, int criterion) {
        return rate(tier(candidate.worker()), candidate, criterion);
    }

    private int compare(Tier a, Tier b) {
        Candidate x = a.candidates.element();
        Candidate y = b.candidates.element();
        for (int i = 0; i < criteria.size(); i++) {
            int compared = Long.compare(rate(a, x, i), rate(b, y, i));
            if (compared != 0) {
                return sign * compared;
            }
        }
        return Double.compare(x.chance(), y.chance());
    }

    private static long rate(Tier tier, Candidate candidate, int criterion) {
        Bucket bucket = tier.buckets[criterion];
        return bucket == null ? candidate.own(criterion) : bucket.offset + bucket.tasks;
    }

    private int compareOwn(Candidate a, Candidate b) {
        for (int i = 0; i < criteria.size(); i++) {
            int compared = Long.compare(a.own(i), b.own(i));
            if (compared != 0) {
                return sign * compared;
            }
        }
        return Double.compare(a.chance(), b.chance());
    }

    private Tier tier(Worker worker) {
        var values = new @Nullable String[criteria.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    criteria.get(i) instanceof SpreadOver(String attribute)
                            ? worker.attributes().get(attribute)
                            : null;
        }
        return tiers.computeIfAbsent(Arrays.asList(values), this::newTier);
    }

    private Tier newTier(List<@Nullable String> values) {
        var shared = new @Nullable Bucket[criteria.size()];
        for (int i = 0; i < shared.length; i++) {
            String value = values.get(i);
            shared[i] =
                    criteria.get(i) instanceof SpreadOver
                            ? buckets.get(i)
                                    .computeIfAbsent(
                                            value == null ? "" : "=" + value,
                                            key -> new Bucket(key.isEmpty() ? LAST : 0))
                            : null;
        }
        return new Tier(shared, new PriorityQueue<>(this::compareOwn));
    }
}
