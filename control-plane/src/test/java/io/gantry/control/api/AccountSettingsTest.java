package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.Setting;
import software.amazon.awssdk.services.ecs.model.SettingName;
import software.amazon.awssdk.services.ecs.model.SettingType;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class AccountSettingsTest {
    private static final String ROOT = "arn:aws:iam::" + Office.ACCOUNT + ":root";
    private static final String ANN = "arn:aws:iam::" + Office.ACCOUNT + ":user/ann";
    private static final String JOB = "arn:aws:iam::" + Office.ACCOUNT + ":role/jobs/nightly";

    private static final String CLUSTER = Office.ARN + "cluster/demo";

    private final Office office = new Office();
    private final EcsClient ecs = office.ecs;

    private List<Setting> settings(String principal) {
        return ecs.listAccountSettings(r -> r.principalArn(principal)).settings();
    }

    private String effective(String name, String principal) {
        return ecs.listAccountSettings(
                        r -> r.name(name).principalArn(principal).effectiveSettings(true))
                .settings()
                .getFirst()
                .value();
    }

    @Test
    void nothingIsChosenAtFirstAndEverythingIsInEffect() {
        assertThat(ecs.listAccountSettings().settings()).isEmpty();
        var all =
                ecs
                        .listAccountSettingsPaginator(r -> r.effectiveSettings(true).maxResults(5))
                        .settings()
                        .stream()
                        .collect(Collectors.toMap(Setting::nameAsString, Setting::value));
        assertThat(all.keySet())
                .containsAll(SettingName.knownValues().stream().map(Object::toString).toList());
        assertThat(all)
                .containsEntry("taskLongArnFormat", "enabled")
                .containsEntry("containerInsights", "disabled")
                .containsEntry("fargateTaskRetirementWaitPeriod", "7")
                .containsEntry("guardDutyActivate", "off");
    }

    @Test
    void theRootUsersChoiceHoldsForAllWhoHaveMadeNone() {
        Setting put =
                ecs.putAccountSettingDefault(r -> r.name("containerInsights").value("enhanced"))
                        .setting();
        assertThat(put)
                .isEqualTo(
                        Setting.builder()
                                .name("containerInsights")
                                .value("enhanced")
                                .principalArn(ROOT)
                                .type(SettingType.USER)
                                .build());
        ecs.putAccountSetting(r -> r.name("containerInsights").value("enabled").principalArn(ANN));
        assertThat(effective("containerInsights", ANN)).isEqualTo("enabled");
        assertThat(effective("containerInsights", JOB)).isEqualTo("enhanced");
        assertThat(effective("containerInsights", ROOT)).isEqualTo("enhanced");
        assertThat(settings(ROOT)).containsExactly(put);
        assertThat(settings(JOB)).isEmpty();
        assertThat(settings(ANN)).extracting(Setting::value).containsExactly("enabled");
        assertThat(settings(ANN)).extracting(Setting::principalArn).containsExactly(ANN);
    }

    @Test
    void withoutPrincipalTheCallerIsMeant() {
        assertThat(
                        ecs.putAccountSetting(r -> r.name("awsvpcTrunking").value("enabled"))
                                .setting()
                                .principalArn())
                .isEqualTo(ROOT);
        assertThat(ecs.listAccountSettings().settings())
                .extracting(Setting::nameAsString)
                .containsExactly("awsvpcTrunking");
    }

    @Test
    void aDeletedSettingIsAsItWasBefore() {
        ecs.putAccountSettingDefault(r -> r.name("fargateFIPSMode").value("enabled"));
        ecs.putAccountSetting(r -> r.name("fargateFIPSMode").value("disabled").principalArn(ANN));
        Setting left =
                ecs.deleteAccountSetting(r -> r.name("fargateFIPSMode").principalArn(ANN))
                        .setting();
        assertThat(left.value()).isEqualTo("enabled");
        assertThat(left.principalArn()).isEqualTo(ANN);
        assertThat(settings(ANN)).isEmpty();
        assertThat(ecs.deleteAccountSetting(r -> r.name("fargateFIPSMode")).setting().value())
                .isEqualTo("disabled");
        assertThat(ecs.deleteAccountSetting(r -> r.name("fargateFIPSMode")).setting().value())
                .isEqualTo("disabled");
    }

    @Test
    void settingsAreFilteredByNameAndValue() {
        ecs.putAccountSetting(r -> r.name("awsvpcTrunking").value("enabled"));
        ecs.putAccountSetting(r -> r.name("containerInsights").value("enabled"));
        assertThat(ecs.listAccountSettings(r -> r.name("containerInsights")).settings()).hasSize(1);
        assertThat(
                        ecs.listAccountSettings(r -> r.name("containerInsights").value("disabled"))
                                .settings())
                .isEmpty();
        assertThat(
                        ecs.listAccountSettings(r -> r.name("containerInsights").value("enabled"))
                                .settings())
                .hasSize(1);
        assertInvalid("name", () -> ecs.listAccountSettings(r -> r.value("enabled")));
    }

    @Test
    void pagesHaveTenSettingsAtTheMost() {
        var first = ecs.listAccountSettings(r -> r.effectiveSettings(true));
        assertThat(first.settings()).hasSize(10);
        assertThat(first.nextToken()).isNotNull();
        var rest =
                ecs.listAccountSettings(
                        r -> r.effectiveSettings(true).nextToken(first.nextToken()));
        assertThat(rest.settings()).hasSize(AccountSettingName.values().length - 10);
        assertThat(rest.nextToken()).isNull();
        assertInvalid(
                "maxResults must be between 1 and 10",
                () -> ecs.listAccountSettings(r -> r.maxResults(11)));
        assertInvalid(
                "Invalid token",
                () -> ecs.listAccountSettings(r -> r.nextToken(first.nextToken())));
        assertThat(Arrays.stream(AccountSettingName.values()).map(AccountSettingName::text))
                .as("the order of pages")
                .isSorted();
    }

    @ParameterizedTest
    @CsvSource({
        "serviceLongArnFormat,enabled",
        "taskLongArnFormat,enabled",
        "containerInstanceLongArnFormat,enabled",
        "awsvpcTrunking,enabled",
        "containerInsights,enabled",
        "containerInsights,enhanced",
        "containerInsights,disabled",
        "fargateFIPSMode,enabled",
        "tagResourceAuthorization,off",
        "fargateTaskRetirementWaitPeriod,0",
        "fargateTaskRetirementWaitPeriod,14",
        "fargateEventWindows,enabled",
        "dualStackIPv6,enabled"
    })
    void eachSettingHasItsValues(String name, String value) {
        ecs.putAccountSettingDefault(r -> r.name(name).value(value));
        assertThat(effective(name, ANN)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "taskLongArnFormat,ENABLED",
        "awsvpcTrunking,on",
        "containerInsights,on",
        "tagResourceAuthorization,enabled",
        "fargateTaskRetirementWaitPeriod,3",
        "defaultLogDriverMode,enabled"
    })
    void otherValuesAreRefused(String name, String value) {
        assertInvalid(
                "Invalid setting 'value'",
                () -> ecs.putAccountSetting(r -> r.name(name).value(value)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serviceLongArnFormat",
                "taskLongArnFormat",
                "containerInstanceLongArnFormat"
            })
    void thereAreNoShortNamesAnyMore(String name) {
        assertInvalid(
                "You can no longer disable Long Arn settings",
                () -> ecs.putAccountSetting(r -> r.name(name).value("disabled")));
    }

    @Test
    void mistakesAreNamed() {
        assertInvalid(
                "unknown should be one of [awsvpcTrunking,containerInsights,",
                () -> ecs.putAccountSetting(r -> r.name("unknown").value("enabled")));
        assertInvalid(
                "unknown should be one of", () -> ecs.listAccountSettings(r -> r.name("unknown")));
        assertInvalid(
                "unknown should be one of", () -> ecs.deleteAccountSetting(r -> r.name("unknown")));
        assertInvalid(
                "Value null at 'value'",
                () -> ecs.putAccountSettingDefault(r -> r.name("awsvpcTrunking")));
        assertInvalid("Value null at 'name'", () -> ecs.deleteAccountSetting(r -> {}));
        assertInvalid(
                "read-only",
                () -> ecs.putAccountSetting(r -> r.name("guardDutyActivate").value("on")));
        assertInvalid(
                "root user",
                () ->
                        ecs.putAccountSetting(
                                r ->
                                        r.name("fargateTaskRetirementWaitPeriod")
                                                .value("0")
                                                .principalArn(ANN)));
        for (String principal :
                List.of("ann", "arn:aws:iam::999999999999:user/ann", ROOT + "/x", CLUSTER)) {
            assertInvalid(
                    "Invalid principal ARN",
                    () -> ecs.listAccountSettings(r -> r.principalArn(principal)));
        }
    }

    @Test
    void newClustersBeginWithContainerInsightsAsTheAccountHasIt() {
        ecs.putAccountSettingDefault(r -> r.name("containerInsights").value("enabled"));
        assertThat(insights(null)).isEqualTo("enabled");
        assertThat(insights("disabled")).isEqualTo("disabled");
    }

    private String insights(@Nullable String asked) {
        return ecs.createCluster(
                        r -> {
                            r.clusterName("c" + asked);
                            if (asked != null) {
                                r.settings(s -> s.name("containerInsights").value(asked));
                            }
                        })
                .cluster()
                .settings()
                .getFirst()
                .value();
    }

    private static void assertInvalid(String part, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }
}
