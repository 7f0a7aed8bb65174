package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.core.state.Token;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;

/** Somebody who deploys the service of a lab by task sets. */
final class Sets {
    private final Lab lab;

    Sets(Lab lab) {
        this.lab = lab;
    }

    /** A service that has no task sets yet. */
    void service(int desired) {
        var spec =
                software.amazon.awssdk.services.ecs.model.Service.builder()
                        .serviceName("web")
                        .deploymentController(d -> d.type("EXTERNAL"))
                        .launchType("EC2")
                        .build();
        lab.apply(new Command.CreateService(Lab.WEB, spec, desired, List.of(), null, 0, null, ""));
    }

    void rebalance() {
        Service service = lab.service();
        update(
                service.spec().toBuilder()
                        .availabilityZoneRebalancing(AvailabilityZoneRebalancing.ENABLED)
                        .build(),
                service.desiredCount());
    }

    void desire(int count) {
        update(lab.service().spec(), count);
    }

    private void update(software.amazon.awssdk.services.ecs.model.Service spec, int desired) {
        Reply reply =
                lab.apply(
                        new Command.UpdateService(
                                Lab.WEB, lab.service().version(), spec, desired, null, 0));
        assertThat(reply).isInstanceOf(Reply.Done.class);
    }

    long create(TaskDefinitionKey definition, double percent) {
        return create(definition, spec -> spec.scale(TaskSet.percent(percent)));
    }

    long create(
            TaskDefinitionKey definition,
            Consumer<software.amazon.awssdk.services.ecs.model.TaskSet.Builder> change) {
        Reply reply = lab.apply(creation(definition, null, change));
        assertThat(reply).isInstanceOf(Reply.TaskSetMade.class);
        return ((Reply.TaskSetMade) reply).number();
    }

    Reply tryCreate(TaskDefinitionKey definition, double percent, @Nullable Token token) {
        return lab.apply(creation(definition, percent, token));
    }

    Command creation(TaskDefinitionKey definition, double percent, @Nullable Token token) {
        return creation(definition, token, spec -> spec.scale(TaskSet.percent(percent)));
    }

    Command creation(
            TaskDefinitionKey definition,
            @Nullable Token token,
            Consumer<software.amazon.awssdk.services.ecs.model.TaskSet.Builder> change) {
        var spec =
                software.amazon.awssdk.services.ecs.model.TaskSet.builder()
                        .taskDefinition(definition.toString())
                        .launchType("EC2")
                        .scale(TaskSet.percent(100));
        change.accept(spec);
        return new Command.CreateTaskSet(
                Lab.WEB,
                lab.ids.deployment(),
                definition,
                spec.build(),
                List.of(),
                token,
                spec.build().toString());
    }

    Reply scale(long set, double percent) {
        return lab.apply(new Command.ScaleTaskSet(Lab.WEB, set, TaskSet.percent(percent)));
    }

    Reply lead(long set) {
        return lab.apply(new Command.LeadTaskSet(Lab.WEB, set));
    }

    Reply delete(long set, boolean force) {
        return lab.apply(new Command.DeleteTaskSet(Lab.WEB, set, force));
    }

    TaskSet of(long set) {
        Deployment deployment = Check.present(lab.service().deployment(set), set);
        return Check.present(deployment.set(), set);
    }
}
