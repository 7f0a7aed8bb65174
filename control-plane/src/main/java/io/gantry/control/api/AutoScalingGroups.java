package io.gantry.control.api;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProvider;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProviderUpdate;
import software.amazon.awssdk.services.ecs.model.ManagedDraining;
import software.amazon.awssdk.services.ecs.model.ManagedScaling;
import software.amazon.awssdk.services.ecs.model.ManagedScalingStatus;
import software.amazon.awssdk.services.ecs.model.ManagedTerminationProtection;

/**
 * The group of machines that a capacity provider names. Nothing here starts or ends machines yet:
 * the group's name is stored and shown, what would have to act on it is refused by name.
 */
final class AutoScalingGroups {
    private static final int MOST_PERCENT = 100;
    private static final int MOST_STEP = 10_000;
    private static final int MOST_WARMUP_SECONDS = 10_000;
    private static final int WARMUP_SECONDS = 300;

    private AutoScalingGroups() {}

    /** The group of a new provider, with what ECS fills in. */
    static AutoScalingGroupProvider complete(AutoScalingGroupProvider given) {
        if (given.autoScalingGroupArn() == null || given.autoScalingGroupArn().isBlank()) {
            throw ApiErrors.invalid("autoScalingGroupArn can not be blank.");
        }
        checkManaged(given.managedTerminationProtection(), given.managedDraining());
        ManagedScaling scaling =
                given.managedScaling() == null
                        ? ManagedScaling.builder().build()
                        : given.managedScaling();
        check(scaling);
        return given.toBuilder()
                .managedTerminationProtection(ManagedTerminationProtection.DISABLED)
                .managedDraining(ManagedDraining.DISABLED)
                .managedScaling(
                        ManagedScaling.builder()
                                .status(ManagedScalingStatus.DISABLED)
                                .targetCapacity(or(scaling.targetCapacity(), MOST_PERCENT))
                                .minimumScalingStepSize(or(scaling.minimumScalingStepSize(), 1))
                                .maximumScalingStepSize(
                                        or(scaling.maximumScalingStepSize(), MOST_STEP))
                                .instanceWarmupPeriod(
                                        or(scaling.instanceWarmupPeriod(), WARMUP_SECONDS))
                                .build())
                .build();
    }

    static AutoScalingGroupProviderUpdate checked(AutoScalingGroupProviderUpdate change) {
        checkManaged(change.managedTerminationProtection(), change.managedDraining());
        if (change.managedScaling() != null) {
            check(change.managedScaling());
        }
        return change;
    }

    private static int or(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private static void checkManaged(
            @Nullable ManagedTerminationProtection protection, @Nullable ManagedDraining draining) {
        if (protection != null && protection != ManagedTerminationProtection.DISABLED) {
            throw unsupported("managedTerminationProtection", protection);
        }
        if (draining != null && draining != ManagedDraining.DISABLED) {
            throw unsupported("managedDraining", draining);
        }
    }

    private static void check(ManagedScaling scaling) {
        if (scaling.status() != null && scaling.status() != ManagedScalingStatus.DISABLED) {
            throw unsupported("managedScaling.status", scaling.statusAsString());
        }
        within("targetCapacity", scaling.targetCapacity(), 1, MOST_PERCENT);
        within("minimumScalingStepSize", scaling.minimumScalingStepSize(), 1, MOST_STEP);
        within("maximumScalingStepSize", scaling.maximumScalingStepSize(), 1, MOST_STEP);
        within("instanceWarmupPeriod", scaling.instanceWarmupPeriod(), 0, MOST_WARMUP_SECONDS);
    }

    private static RuntimeException unsupported(String member, Object value) {
        return Members.unsupported("autoScalingGroupProvider." + member, value, ApiErrors::invalid);
    }

    private static void within(String member, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw ApiErrors.invalid("%s must be between %d and %d.".formatted(member, least, most));
        }
    }
}
