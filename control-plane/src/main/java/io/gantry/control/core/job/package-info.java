/**
 * Which of the tasks that wait can be placed. The leader asks {@link
 * io.gantry.control.core.job.JobPlanner} when tasks come or room grows; what it proposes is judged
 * like everything else.
 */
@NullMarked
package io.gantry.control.core.job;

import org.jspecify.annotations.NullMarked;
