package io.gantry.control.api;

import io.gantry.common.wire.Json;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.RegisterDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Daemon task definitions have members of other task definitions only, under the same names, so one
 * is read from the other.
 */
final class DaemonForms {
    private static final JsonFactory FACTORY = new JsonFactory();

    private DaemonForms() {}

    /** The same as the registration of a task definition that is none of a daemon. */
    static RegisterTaskDefinitionRequest plain(RegisterDaemonTaskDefinitionRequest request) {
        return read(request, RegisterTaskDefinitionRequest.class);
    }

    /** What of a task definition a daemon's has. */
    static DaemonTaskDefinition described(TaskDefinition definition) {
        return read(definition, DaemonTaskDefinition.class);
    }

    private static <T extends SdkPojo> T read(SdkPojo value, Class<T> type) {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), JsonForm.of(value))) {
            in.nextToken();
            return Json.read(in, type);
        }
    }
}
