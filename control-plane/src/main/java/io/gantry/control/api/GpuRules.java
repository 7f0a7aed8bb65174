package io.gantry.control.api;

import java.util.List;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ecs.model.ResourceRequirement;
import software.amazon.awssdk.services.ecs.model.ResourceType;

/** What a container may ask of a machine's devices: a number of GPUs of its own. */
final class GpuRules {
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,3}");

    private GpuRules() {}

    static void check(List<ResourceRequirement> requirements, Complaints complaints) {
        for (ResourceRequirement requirement : requirements) {
            if (requirement.type() != ResourceType.GPU) {
                throw complaints.unsupported(
                        "resourceRequirements.type", requirement.typeAsString());
            }
            if (!NUMBER.matcher(requirement.value()).matches()) {
                throw complaints.wrong(
                        "The value of the resource requirement GPU must be a number greater than"
                                + " 0: '"
                                + requirement.value()
                                + "'.");
            }
        }
        if (requirements.size() > 1) {
            throw complaints.wrong("The resource requirement GPU can be given once only.");
        }
    }
}
