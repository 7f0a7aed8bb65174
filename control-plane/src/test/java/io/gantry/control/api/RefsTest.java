package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.ServiceKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;

class RefsTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String ARN = "arn:aws:ecs:us-east-1:123456789012:";

    private final Refs refs =
            new Refs(
                    new Names(
                            new Realm("us-east-1", "123456789012", new Realm.AccessKey("A", "S"))));

    @Test
    void namesAndFullNamesMeanTheSame() {
        assertThat(refs.clusterName("demo")).isEqualTo("demo");
        assertThat(refs.clusterName(ARN + "cluster/demo")).isEqualTo("demo");
        assertThat(refs.service("demo", "web")).isEqualTo(new ServiceKey("demo", "web"));
        assertThat(refs.service("demo", ARN + "service/demo/web"))
                .isEqualTo(new ServiceKey("demo", "web"));
        assertThat(refs.service("demo", ARN + "service/web"))
                .isEqualTo(new ServiceKey("demo", "web"));
        assertThat(refs.task("demo", ID)).isEqualTo(TaskId.parse(ID));
        assertThat(refs.task("demo", ARN + "task/demo/" + ID)).isEqualTo(TaskId.parse(ID));
        assertThat(refs.task("demo", ARN + "task/" + ID)).isEqualTo(TaskId.parse(ID));
    }

    @Test
    void withoutClusterTheDefaultOneIsMeant() {
        assertThat(refs.clusterName(null)).isEqualTo("default");
        assertThat(refs.clusterName("")).isEqualTo("default");
    }

    @Test
    void idsOfTheOldFormatAreNobodys() {
        assertThat(refs.task("demo", "01234567-89ab-cdef-0123-456789abcdef")).isNull();
        assertThat(refs.task("demo", "not-hexadecimal-but-32-long-xxxx")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:ecs:eu-west-1:123456789012:cluster/demo",
                "arn:aws:ecs:us-east-1:999999999999:cluster/demo",
                "arn:aws:ecs:us-east-1:123456789012:service/demo",
                "arn:aws:iam:us-east-1:123456789012:cluster/demo",
                "arn:aws:ecs:us-east-1:123456789012:cluster/demo/more",
                "arn:aws:ecs:us-east-1:123456789012:cluster",
                "arn:aws",
                "arn:"
            })
    void otherPlacesAndOtherThingsAreRefused(String arn) {
        assertThatThrownBy(() -> refs.clusterName(arn))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Invalid identifier");
    }

    @Test
    void aNameInAnotherClusterIsRefused() {
        assertThatThrownBy(() -> refs.service("demo", ARN + "service/other/web"))
                .hasMessageContaining("Identifier is for other. Your cluster is demo");
        assertThatThrownBy(() -> refs.task("demo", "short"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("taskId length should be one of [32,36]");
    }

    @Test
    void taskDefinitionsComeWithOrWithoutRevision() {
        assertThat(refs.definition("web")).isEqualTo(new Refs.DefinitionRef("web", null));
        assertThat(refs.definition("web:12")).isEqualTo(new Refs.DefinitionRef("web", 12));
        assertThat(refs.definition(ARN + "task-definition/web:3"))
                .isEqualTo(new Refs.DefinitionRef("web", 3));
        assertThatThrownBy(() -> refs.definition("web:latest"))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Invalid revision number. Number: latest");
        assertThatThrownBy(() -> refs.definition("web/1"))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Family contains invalid characters.");
    }
}
