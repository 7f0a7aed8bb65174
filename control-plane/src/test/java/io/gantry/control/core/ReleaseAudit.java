package io.gantry.control.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceRevision;
import java.util.HashSet;

/** What services, their revisions and their service deployments say of each other. */
final class ReleaseAudit {

    private ReleaseAudit() {}

    static void check(ClusterState state) {
        state.services().values().forEach(service -> check(state, service));
        var forgotten = new HashSet<String>();
        state.deadlines()
                .forEach(
                        (deadline, _) -> {
                            if (deadline.kind() == Deadline.Kind.FORGET_SERVICE_DEPLOYMENT) {
                                assertThat(forgotten.add(deadline.subject())).isTrue();
                            }
                        });
        state.releases()
                .deployments()
                .values()
                .forEach(row -> check(state, row, forgotten.contains(row.key().toString())));
        assertThat(state.releases().revisions().values())
                .allMatch(row -> state.services().get(row.key().service()) != null);
    }

    private static void check(ClusterState state, Service service) {
        for (Deployment deployment : service.deployments()) {
            if (deployment.set() != null) {
                continue;
            }
            var key = new ServiceRevision.Key(service.key(), deployment.number());
            ServiceRevision revision = state.releases().revisions().get(key);
            assertThat(revision).as("revision of %s", deployment).isNotNull();
            if (revision != null) {
                assertThat(revision.taskDefinition()).isEqualTo(deployment.taskDefinition());
                assertThat(revision.imageDigests()).isEqualTo(deployment.imageDigests());
            }
        }
        if (!service.active()) {
            assertThat(service.ongoing()).isNull();
        }
    }

    private static void check(ClusterState state, ServiceDeployment row, boolean forgotten) {
        Service service = state.services().get(row.key().service());
        boolean ongoing = service != null && row.key().equals(service.ongoing());
        assertThat(row.status().over()).as("%s", row).isEqualTo(!ongoing).isEqualTo(forgotten);
        assertThat(row.times().finished() != 0).isEqualTo(row.status().over());
        if (ongoing && service != null) {
            assertThat(service.course().staged()).isEqualTo(row.staging() != null);
            assertThat(service.deployment(row.target()) != null || row.rollingBack()).isTrue();
        }
    }
}
