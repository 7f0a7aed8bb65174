package io.gantry.control.api;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.ClusterState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStatus;
import software.amazon.awssdk.services.ecs.model.CapacityProviderType;
import software.amazon.awssdk.services.ecs.model.CapacityProviderUpdateStatus;

/** Capacity providers as ECS describes them. */
final class CapacityProviderView {
    private final ClusterState state;
    private final Names names;

    CapacityProviderView(ClusterState state) {
        this.state = state;
        this.names = Names.of(state);
    }

    /** The provider of that name; null if there is none. */
    software.amazon.awssdk.services.ecs.model.@Nullable CapacityProvider of(
            String name, boolean tagged) {
        if (Capacity.isFargate(name)) {
            return software.amazon.awssdk.services.ecs.model.CapacityProvider.builder()
                    .capacityProviderArn(names.capacityProvider(name))
                    .name(name)
                    .status(CapacityProviderStatus.ACTIVE)
                    .type(name)
                    .tags(List.of())
                    .build();
        }
        CapacityProvider row = state.capacityProviders().get(name);
        return row == null ? null : of(row, tagged);
    }

    private software.amazon.awssdk.services.ecs.model.CapacityProvider of(
            CapacityProvider row, boolean tagged) {
        return row.spec().toBuilder()
                .capacityProviderArn(names.capacityProvider(row.name()))
                .status(
                        row.active()
                                ? CapacityProviderStatus.ACTIVE
                                : CapacityProviderStatus.INACTIVE)
                .updateStatus(updateStatus(row))
                .type(
                        row.spec().autoScalingGroupProvider() == null
                                ? null
                                : CapacityProviderType.EC2_AUTOSCALING)
                .tags(tagged ? row.spec().tags() : List.of())
                .build();
    }

    /** Changes are done at once, so nothing is ever in progress. */
    private static CapacityProviderUpdateStatus updateStatus(CapacityProvider row) {
        if (!row.active()) {
            return CapacityProviderUpdateStatus.DELETE_COMPLETE;
        }
        return row.changed()
                ? CapacityProviderUpdateStatus.UPDATE_COMPLETE
                : CapacityProviderUpdateStatus.CREATE_COMPLETE;
    }
}
