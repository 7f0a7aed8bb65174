/**
 * Where tasks go. {@link io.gantry.control.core.schedule.Planner} turns a demand into a plan: it
 * filters machines by what a task needs, then by constraints, and lets strategies choose among
 * those left. Plans are proposals: applying them checks {@link io.gantry.control.core.schedule.Fit}
 * again.
 */
@NullMarked
package io.gantry.control.core.schedule;

import org.jspecify.annotations.NullMarked;
