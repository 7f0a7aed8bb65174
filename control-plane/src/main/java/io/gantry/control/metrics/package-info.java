/**
 * What Prometheus scrapes. {@link io.gantry.control.metrics.Metrics} is the one place that knows
 * the metrics library.
 */
@NullMarked
package io.gantry.control.metrics;

import org.jspecify.annotations.NullMarked;
