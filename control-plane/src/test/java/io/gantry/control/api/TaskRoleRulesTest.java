package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.Identity;
import io.gantry.control.World;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.AccessDeniedException;
import software.amazon.awssdk.services.ecs.model.DeleteServiceRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTasksRequest;
import software.amazon.awssdk.services.ecs.model.GetTaskProtectionRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.StopTaskRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskProtectionRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;

class TaskRoleRulesTest {
    private static final String ECS = "arn:aws:ecs:us-east-1:123456789012:";
    private static final String ID = "0a".repeat(16);
    private static final String OTHER = "0b".repeat(16);
    private static final String OWN = ECS + "task/demo/" + ID;
    private static final Identity TASK = caller(true);

    private final TaskRoleRules rules = new TaskRoleRules(new World().log);

    private static Identity caller(boolean application) {
        var role = new AssumedRole("arn:aws:iam::123456789012:role/app", OWN, application);
        return new Identity("ASIA", "us-east-1", "ecs", role);
    }

    private static UpdateTaskProtectionRequest protect(String... tasks) {
        return UpdateTaskProtectionRequest.builder().cluster("demo").tasks(tasks).build();
    }

    private void allowed(Identity caller, String operation, SdkPojo request) {
        assertThatCode(() -> rules.check(caller, "ecs", operation, request))
                .doesNotThrowAnyException();
    }

    private void denied(Identity caller, String operation, SdkPojo request, String resource) {
        assertThatThrownBy(() -> rules.check(caller, "ecs", operation, request))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessage(
                        "User: arn:aws:sts::123456789012:assumed-role/app/%1$s is not authorized to perform: ecs:%2$s on resource: %3$s because no identity-based policy allows the ecs:%2$s action"
                                .formatted(ID, operation, resource));
    }

    @Test
    void aTaskMayProtectItselfAndNoOther() {
        allowed(TASK, "UpdateTaskProtection", protect(OWN));
        allowed(TASK, "UpdateTaskProtection", protect(ID));
        allowed(
                TASK,
                "GetTaskProtection",
                GetTaskProtectionRequest.builder().cluster("demo").tasks(OWN).build());
        String other = ECS + "task/demo/" + OTHER;
        denied(TASK, "UpdateTaskProtection", protect(OTHER, OWN), other);
        denied(TASK, "UpdateTaskProtection", protect(OWN, OTHER), OWN);
        denied(TASK, "UpdateTaskProtection", protect(), "*");
        denied(
                TASK,
                "GetTaskProtection",
                GetTaskProtectionRequest.builder().cluster("demo").tasks(other).build(),
                other);
    }

    @Test
    void theAgentsRoleProtectsNothing() {
        denied(caller(false), "UpdateTaskProtection", protect(OWN), OWN);
    }

    @Test
    void refusalsNameWhatTheyAreAbout() {
        denied(
                TASK,
                "RunTask",
                RunTaskRequest.builder().taskDefinition("web").build(),
                ECS + "task-definition/web:*");
        denied(
                TASK,
                "StopTask",
                StopTaskRequest.builder().task(ID).build(),
                ECS + "task/default/" + ID);
        denied(
                TASK,
                "DeleteService",
                DeleteServiceRequest.builder().cluster("demo").service("web").build(),
                ECS + "service/demo/web");
        denied(TASK, "DescribeTasks", DescribeTasksRequest.builder().build(), "*");
    }

    @Test
    void everybodyMayAskWhoTheyAreAndTheAccountMayDoEverything() {
        assertThatCode(
                        () ->
                                rules.check(
                                        TASK,
                                        "sts",
                                        "GetCallerIdentity",
                                        GetCallerIdentityRequest.builder().build()))
                .doesNotThrowAnyException();
        allowed(new Identity("AKIA", "us-east-1", "ecs"), "UpdateTaskProtection", protect(OTHER));
    }
}
