package io.gantry.control.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobOf;
import io.gantry.control.core.state.Jobs;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Task;
import java.util.List;

/** What must hold of jobs, the tasks that they are, and the tables that find them. */
final class JobAudit {
    private JobAudit() {}

    static void check(ClusterState state) {
        Jobs jobs = state.jobs();
        List<Job> rows = jobs.rows().values().toList();
        assertThat(jobs.byCluster().size()).isEqualTo(rows.size());
        assertThat(jobs.byQueue().size())
                .isEqualTo((int) rows.stream().filter(job -> job.queue() != null).count());
        for (Job job : rows) {
            assertThat(jobs.byCluster().get(JobOf.Cluster.of(job))).isEqualTo(Present.YES);
            JobOf.Queue queue = JobOf.Queue.of(job);
            if (queue != null) {
                assertThat(jobs.byQueue().get(queue)).isEqualTo(Present.YES);
            }
            Task task = state.tasks().get(job.id());
            switch (job.stage()) {
                case PLACED -> assertThat(task).matches(each -> each != null && each.alive());
                case WAITING -> {
                    assertThat(task).isNull();
                    assertThat(job.end()).isNull();
                    assertThat(job.containers()).isNotEmpty();
                }
                case STOPPED -> {
                    assertThat(task).isNull();
                    assertThat(job.end()).isNotNull();
                }
            }
        }
    }
}
