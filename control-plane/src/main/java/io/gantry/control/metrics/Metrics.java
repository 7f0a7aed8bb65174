package io.gantry.control.metrics;

import io.gantry.common.time.Clock;
import io.gantry.common.wire.Dispatcher;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import io.gantry.control.log.CommandLog;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** The metrics of a node, in Prometheus' text format. What the state knows is read when scraped. */
public final class Metrics implements Dispatcher.Observer {
    private static final double NANOS_PER_SECOND = 1e9;

    private final CollectorRegistry registry = new CollectorRegistry();
    private final Counter requests =
            Counter.build("gantry_api_requests_total", "API requests by operation and outcome.")
                    .labelNames("operation", "code")
                    .register(registry);
    private final Histogram latency =
            Histogram.build("gantry_api_request_seconds", "Time to answer an API request.")
                    .labelNames("operation")
                    .buckets(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5)
                    .register(registry);

    /** A number that somebody else keeps. */
    public record Gauge(String name, String help, Supplier<Number> value) {}

    public Metrics() {
        DefaultExports.register(registry);
    }

    @Override
    public void answered(String operation, String code, long nanos) {
        requests.labels(operation, code).inc();
        latency.labels(operation).observe(nanos / NANOS_PER_SECOND);
    }

    /** The same log, with its submissions measured; call once. */
    public MeteredLog metered(CommandLog log, Clock clock) {
        return new MeteredLog(log, clock, registry);
    }

    /** Adds numbers that are asked for at each scrape. */
    public void gauges(Collection<Gauge> gauges) {
        List<Gauge> all = List.copyOf(gauges);
        registry.register(
                new Collector() {
                    @Override
                    public List<MetricFamilySamples> collect() {
                        return all.stream().map(Metrics::family).toList();
                    }
                });
    }

    private static Collector.MetricFamilySamples family(Gauge gauge) {
        double value = gauge.value().get().doubleValue();
        boolean counts = gauge.name().endsWith("_total");
        var sample =
                new Collector.MetricFamilySamples.Sample(gauge.name(), List.of(), List.of(), value);
        return new Collector.MetricFamilySamples(
                counts
                        ? gauge.name().substring(0, gauge.name().length() - "_total".length())
                        : gauge.name(),
                counts ? Collector.Type.COUNTER : Collector.Type.GAUGE,
                gauge.help(),
                List.of(sample));
    }

    /** Adds what the replicated state says of clusters, tasks and workers. */
    public void state(Supplier<ClusterState> state) {
        registry.register(
                new Collector() {
                    @Override
                    public List<MetricFamilySamples> collect() {
                        return stateFamilies(state.get());
                    }
                });
    }

    private static List<Collector.MetricFamilySamples> stateFamilies(ClusterState state) {
        var tasks = new ArrayList<Collector.MetricFamilySamples.Sample>();
        var instances = new ArrayList<Collector.MetricFamilySamples.Sample>();
        state.clusters()
                .values()
                .forEach(
                        cluster -> {
                            tasks.add(tasks(cluster, Task.Status.RUNNING, cluster.running()));
                            tasks.add(tasks(cluster, Task.Status.PENDING, cluster.pending()));
                            instances.add(instances(state, cluster, true));
                            instances.add(instances(state, cluster, false));
                        });
        return List.of(
                new Collector.MetricFamilySamples(
                        "gantry_tasks", Collector.Type.GAUGE, "Tasks by last status.", tasks),
                new Collector.MetricFamilySamples(
                        "gantry_container_instances",
                        Collector.Type.GAUGE,
                        "Container instances by connection.",
                        instances));
    }

    private static Collector.MetricFamilySamples.Sample tasks(
            Cluster cluster, Task.Status status, int count) {
        return new Collector.MetricFamilySamples.Sample(
                "gantry_tasks",
                List.of("cluster", "status"),
                List.of(cluster.name(), status.name()),
                count);
    }

    private static Collector.MetricFamilySamples.Sample instances(
            ClusterState state, Cluster cluster, boolean connected) {
        long count =
                state.workersOf(cluster.name())
                        .filter(worker -> worker.status() != Worker.Status.INACTIVE)
                        .filter(worker -> worker.connected() == connected)
                        .count();
        return new Collector.MetricFamilySamples.Sample(
                "gantry_container_instances",
                List.of("cluster", "connected"),
                List.of(cluster.name(), Boolean.toString(connected)),
                count);
    }

    /** Everything, in the text format of version 0.0.4. */
    public String scrape() {
        var text = new StringWriter();
        try {
            TextFormat.write004(text, registry.metricFamilySamples());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }
}
