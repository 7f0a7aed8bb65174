package io.gantry.control.api;

import io.gantry.common.model.Arn;
import io.gantry.common.wire.Violations;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.ClusterState;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeleteAccountSettingRequest;
import software.amazon.awssdk.services.ecs.model.DeleteAccountSettingResponse;
import software.amazon.awssdk.services.ecs.model.ListAccountSettingsRequest;
import software.amazon.awssdk.services.ecs.model.ListAccountSettingsResponse;
import software.amazon.awssdk.services.ecs.model.PutAccountSettingDefaultRequest;
import software.amazon.awssdk.services.ecs.model.PutAccountSettingDefaultResponse;
import software.amazon.awssdk.services.ecs.model.PutAccountSettingRequest;
import software.amazon.awssdk.services.ecs.model.PutAccountSettingResponse;
import software.amazon.awssdk.services.ecs.model.Setting;
import software.amazon.awssdk.services.ecs.model.SettingType;

/**
 * The operations on account settings. Whoever may call them is the root user, who may do so for all
 * principals; what it chooses for itself is the default of all others.
 */
final class AccountSettings {
    private static final int PAGE = 10;
    private static final Pattern PRINCIPAL = Pattern.compile("root|(user|role)/\\S{1,512}");

    private final Quorum quorum;

    AccountSettings(Quorum quorum) {
        this.quorum = quorum;
    }

    ListAccountSettingsResponse list(ListAccountSettingsRequest request) {
        String name = request.nameAsString();
        AccountSettingName only = name == null ? null : AccountSettingName.of(name);
        if (only == null && request.value() != null) {
            throw ApiErrors.invalid("You must specify a name to filter by value.");
        }
        boolean effective = Boolean.TRUE.equals(request.effectiveSettings());
        Names names = Names.of(quorum.state());
        String principal = principal(names, request.principalArn());
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of(
                                "A",
                                principal,
                                effective,
                                String.valueOf(name),
                                String.valueOf(request.value())));
        ClusterState state = quorum.fresh();
        String last = pages.last(text -> text);
        Stream<Setting> rows =
                Arrays.stream(AccountSettingName.values())
                        .filter(each -> only == null || each == only)
                        .filter(each -> last == null || each.text().compareTo(last) > 0)
                        .map(
                                each ->
                                        effective
                                                ? effective(state, names, each, principal)
                                                : chosen(state, each, principal))
                        .filter(Objects::nonNull)
                        .filter(each -> matches(each, request.value()));
        var page = pages.cut(rows, Setting::nameAsString);
        return ListAccountSettingsResponse.builder()
                .settings(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean matches(Setting setting, @Nullable String value) {
        return value == null || value.equals(setting.value());
    }

    PutAccountSettingResponse put(PutAccountSettingRequest request) {
        Names names = Names.of(quorum.state());
        String principal = principal(names, request.principalArn());
        return PutAccountSettingResponse.builder()
                .setting(put(names, request.nameAsString(), request.value(), principal))
                .build();
    }

    PutAccountSettingDefaultResponse putDefault(PutAccountSettingDefaultRequest request) {
        Names names = Names.of(quorum.state());
        return PutAccountSettingDefaultResponse.builder()
                .setting(put(names, request.nameAsString(), request.value(), names.root()))
                .build();
    }

    private Setting put(
            Names names, @Nullable String given, @Nullable String value, String principal) {
        AccountSettingName name = AccountSettingName.of(required("name", given));
        String chosen = required("value", value);
        name.check(chosen);
        if (name == AccountSettingName.FARGATE_RETIREMENT && !principal.equals(names.root())) {
            throw ApiErrors.invalid(
                    "The account setting " + name.text() + " can only be set for the root user.");
        }
        var key = new AccountSetting.Key(principal, name.text());
        quorum.accept(new Command.PutAccountSetting(new AccountSetting(key, chosen)));
        return setting(name, chosen, principal);
    }

    /** What is answered is what holds for the principal from then on. */
    DeleteAccountSettingResponse delete(DeleteAccountSettingRequest request) {
        AccountSettingName name = AccountSettingName.of(required("name", request.nameAsString()));
        Names names = Names.of(quorum.state());
        String principal = principal(names, request.principalArn());
        quorum.accept(
                new Command.DeleteAccountSetting(new AccountSetting.Key(principal, name.text())));
        return DeleteAccountSettingResponse.builder()
                .setting(effective(quorum.state(), names, name, principal))
                .build();
    }

    private static String required(String member, @Nullable String value) {
        if (value == null) {
            throw ApiErrors.invalid(
                    Violations.sentence(
                            List.of(
                                    "Value null at '"
                                            + member
                                            + "' failed to satisfy constraint: Member must not be"
                                            + " null")));
        }
        return value;
    }

    /** Users and roles need not exist. */
    private static String principal(Names names, @Nullable String given) {
        if (given == null || given.isEmpty()) {
            return names.root();
        }
        Arn arn = Arn.parse(given);
        if (arn == null
                || !arn.service().equals("iam")
                || !arn.account().equals(names.realm().account())
                || !PRINCIPAL.matcher(arn.resource()).matches()) {
            throw ApiErrors.invalid("Invalid principal ARN: " + given);
        }
        return given;
    }

    private static Setting effective(
            ClusterState state, Names names, AccountSettingName name, String principal) {
        return setting(name, name.effective(state, principal, names.root()), principal);
    }

    private static @Nullable Setting chosen(
            ClusterState state, AccountSettingName name, String principal) {
        var row = state.accountSettings().get(new AccountSetting.Key(principal, name.text()));
        return row == null ? null : setting(name, row.value(), principal);
    }

    private static Setting setting(AccountSettingName name, String value, String principal) {
        return Setting.builder()
                .name(name.text())
                .value(value)
                .principalArn(principal)
                .type(name.isManaged() ? SettingType.AWS_MANAGED : SettingType.USER)
                .build();
    }
}
