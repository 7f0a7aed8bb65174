package io.gantry.control.api;

import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.ClusterState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The settings that accounts have, in the order of their names. New clusters begin with Container
 * Insights as it is here, and tasks deliver their logs in the mode that is here unless their
 * definition names one. The others are kept and shown: long names are the only ones there are, and
 * nothing here has elastic network interfaces, Fargate's maintenance or policies for tags.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html">Account
 *     settings</a>
 */
enum AccountSettingName {
    AWSVPC_TRUNKING("awsvpcTrunking", "disabled", "enabled"),
    CONTAINER_INSIGHTS(ClusterRules.INSIGHTS, "disabled", "enabled", "enhanced"),
    CONTAINER_INSTANCE_ARNS("containerInstanceLongArnFormat", "enabled", "disabled"),
    LOG_DRIVER_MODE(AccountSetting.LOG_MODE, "blocking", "non-blocking"),
    DUAL_STACK("dualStackIPv6", "disabled", "enabled"),
    FARGATE_EVENT_WINDOWS("fargateEventWindows", "disabled", "enabled"),
    FARGATE_FIPS("fargateFIPSMode", "disabled", "enabled"),
    FARGATE_RETIREMENT("fargateTaskRetirementWaitPeriod", "7", "0", "14"),
    GUARD_DUTY("guardDutyActivate", "off", "on"),
    SERVICE_ARNS("serviceLongArnFormat", "enabled", "disabled"),
    TAG_AUTHORIZATION("tagResourceAuthorization", "on", "off"),
    TASK_ARNS("taskLongArnFormat", "enabled", "disabled");

    private final String text;
    private final String standard;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> others;

    AccountSettingName(String text, String standard, String... others) {
        this.text = text;
        this.standard = standard;
        this.others = List.of(others);
    }

    /** The setting of that name. */
    static AccountSettingName of(String name) {
        return Arrays.stream(values())
                .filter(each -> each.text.equals(name))
                .findFirst()
                .orElseThrow(() -> ApiErrors.invalid(name + " should be one of " + all()));
    }

    private static String all() {
        return Arrays.stream(values())
                .map(AccountSettingName::text)
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** In ECS's words. */
    String text() {
        return text;
    }

    boolean isManaged() {
        return this == GUARD_DUTY;
    }

    /** Throws unless a user may choose a value. */
    void check(String value) {
        if (isManaged()) {
            throw ApiErrors.invalid(
                    "The account setting "
                            + text
                            + " is read-only, as Amazon GuardDuty manages it.");
        }
        if (!value.equals(standard) && !others.contains(value)) {
            throw ApiErrors.invalid("Invalid setting 'value'");
        }
        boolean format =
                this == CONTAINER_INSTANCE_ARNS || this == SERVICE_ARNS || this == TASK_ARNS;
        if (format && !value.equals(standard)) {
            throw ApiErrors.invalid("You can no longer disable Long Arn settings");
        }
    }

    /** What holds for a principal: its own choice, or the root user's, or ECS's. */
    String effective(ClusterState state, String principal, String root) {
        var own = state.accountSettings().get(new AccountSetting.Key(principal, text));
        if (own != null) {
            return own.value();
        }
        var common = state.accountSettings().get(new AccountSetting.Key(root, text));
        return common == null ? standard : common.value();
    }
}
