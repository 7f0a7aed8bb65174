package io.gantry.control.raft;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis insists on a place for its own metrics. We give it one that keeps nothing: what operators
 * need is in {@link RaftStats}. Public only because the library finds it as a service.
 */
public final class UnrecordedMetrics extends MetricRegistries {

    @Override
    public void clear() {
        // Nothing is kept.
    }

    @Override
    public RatisMetricRegistry create(MetricRegistryInfo info) {
        return new Unrecorded(info);
    }

    @Override
    public boolean remove(MetricRegistryInfo info) {
        return true;
    }

    @Override
    public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
        return Optional.empty();
    }

    @Override
    public Set<MetricRegistryInfo> getMetricRegistryInfos() {
        return Set.of();
    }

    @Override
    public Collection<RatisMetricRegistry> getMetricRegistries() {
        return List.of();
    }

    @Override
    public void addReporterRegistration(
            Consumer<RatisMetricRegistry> reporter, Consumer<RatisMetricRegistry> stopReporter) {
        // Nothing is reported.
    }

    @Override
    public void enableJmxReporter() {
        // Nothing is reported.
    }

    @Override
    public void enableConsoleReporter(TimeDuration period) {
        // Nothing is reported.
    }

    private record Unrecorded(MetricRegistryInfo info) implements RatisMetricRegistry {

        @Override
        public Timekeeper timer(String name) {
            return () -> () -> 0;
        }

        @Override
        public LongCounter counter(String name) {
            return new Counter();
        }

        @Override
        public boolean remove(String name) {
            return true;
        }

        @Override
        public <T> void gauge(String name, Supplier<Supplier<T>> value) {
            // Nobody asks.
        }

        @Override
        public MetricRegistryInfo getMetricRegistryInfo() {
            return info;
        }
    }

    /** Counts, since Ratis reads some of its counters itself. */
    private static final class Counter implements LongCounter {
        private final LongAdder count = new LongAdder();

        @Override
        public void inc(long more) {
            count.add(more);
        }

        @Override
        public void dec(long less) {
            count.add(-less);
        }

        @Override
        public long getCount() {
            return count.sum();
        }
    }
}
