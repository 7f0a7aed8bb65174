package io.gantry.control.api;

import io.gantry.common.model.Arn;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionKey;

/** The full names of everything in an installation. */
record Names(Realm realm) {

    static Names of(ClusterState state) {
        Realm realm = state.realm();
        if (realm == null) {
            throw ApiErrors.unavailable("The installation has not been founded yet.");
        }
        return new Names(realm);
    }

    String cluster(String name) {
        return arn("cluster/" + name);
    }

    String service(ServiceKey key) {
        return service(key.cluster(), key.name());
    }

    String service(String cluster, String name) {
        return arn("service/" + cluster + '/' + name);
    }

    String serviceDeployment(ServiceDeployment.Key key) {
        return arn("service-deployment/" + key.service() + '/' + key.id());
    }

    String serviceRevision(ServiceKey service, long number) {
        return arn("service-revision/" + service + '/' + number);
    }

    String taskSet(ServiceKey service, long number) {
        return arn("task-set/" + service + "/ecs-svc/" + number);
    }

    String task(String cluster, TaskId id) {
        return task(cluster, id.toString());
    }

    String task(String cluster, String id) {
        return arn("task/" + cluster + '/' + id);
    }

    String instance(String cluster, WorkerId id) {
        return instance(cluster, id.toString());
    }

    String instance(String cluster, String id) {
        return arn("container-instance/" + cluster + '/' + id);
    }

    String container(String cluster, TaskId task, String id) {
        return arn("container/" + cluster + '/' + task + '/' + id);
    }

    String taskDefinition(TaskDefinitionKey key) {
        return key.isDaemon()
                ? arn("daemon-task-definition/" + key.plain())
                : taskDefinition(key.toString());
    }

    String daemon(ServiceKey key) {
        return arn("daemon/" + path(key));
    }

    String daemonDeployment(ServiceKey daemon, String id) {
        return arn("daemon-deployment/" + path(daemon) + '/' + id);
    }

    String daemonRevision(ServiceKey daemon, long number) {
        return arn("daemon-revision/" + path(daemon) + '/' + number);
    }

    private static String path(ServiceKey daemon) {
        return daemon.cluster() + '/' + daemon.plainName();
    }

    String taskDefinition(String familyAndRevision) {
        return arn("task-definition/" + familyAndRevision);
    }

    String capacityProvider(String name) {
        return arn("capacity-provider/" + name);
    }

    /** Who owns everything as long as there are no other users. */
    String root() {
        return realm.root();
    }

    private String arn(String resource) {
        return Arn.ecs(realm.region(), realm.account(), resource).toString();
    }
}
