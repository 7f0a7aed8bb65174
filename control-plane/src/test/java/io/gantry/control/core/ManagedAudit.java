package io.gantry.control.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import java.util.List;

/** Works out from scratch what must always hold of managed daemons. */
final class ManagedAudit {
    private ManagedAudit() {}

    static void check(ClusterState state) {
        List<Task> tasks =
                state.tasks().values().filter(task -> task.alive() && isDaemons(task)).toList();
        assertThat(tasks.stream().map(task -> task.service() + " " + task.worker()))
                .as("one task of a daemon on a machine")
                .doesNotHaveDuplicates();
        assertThat(state.managed().daemons().values().map(ManagedDaemon::key))
                .containsAll(tasks.stream().map(Task::service).toList());
        state.managed().daemons().forEach((key, daemon) -> check(state, key, daemon));
        state.managed()
                .posts()
                .forEach(
                        (key, post) -> {
                            assertThat(post.idle()).isFalse();
                            assertThat(state.managed().daemons().get(key.daemon()))
                                    .as("posts are of daemons")
                                    .isNotNull();
                            assertThat(state.workers().get(key.worker()))
                                    .as("posts are on machines")
                                    .isNotNull();
                        });
    }

    static boolean isDaemons(Task task) {
        ServiceKey key = task.service();
        return key != null && key.isDaemon();
    }

    private static void check(ClusterState state, ServiceKey key, ManagedDaemon daemon) {
        assertThat(state.managed().revision(key, daemon.target())).isNotNull();
        assertThat(state.managed().deploymentsOf(key).filter(each -> !each.status().over()))
                .extracting(each -> each.key().id())
                .containsExactlyElementsOf(
                        daemon.ongoing() == null ? List.of() : List.of(daemon.ongoing()));
        assertThat(
                        state.managed()
                                .deployments()
                                .get(new ManagedDeployment.Key(key, daemon.latest())))
                .isNotNull();
        assertThat(state.aliveOf(key).map(Task::deployment).distinct())
                .allMatch(number -> state.managed().revision(key, number) != null);
    }
}
