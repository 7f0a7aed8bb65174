package io.gantry.control.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.common.check.Check;
import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.SigV4;
import io.gantry.common.wire.WireException;
import io.gantry.control.core.state.Realm;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoleKeysTest {
    private static final Instant NOW = Instant.parse("2026-11-22T07:00:00.250Z");
    private static final AssumedRole ROLE =
            new AssumedRole(
                    "arn:aws:iam::123456789012:role/team/app",
                    "arn:aws:ecs:us-east-1:123456789012:task/demo/" + "0a".repeat(16),
                    true);

    private final RoleKeys keys = keys("secret");

    private static RoleKeys keys(String secret) {
        return RoleKeys.of(
                new Realm("us-east-1", "123456789012", new Realm.AccessKey("AKIA", secret)));
    }

    private static SigV4.@Nullable Key find(
            RoleKeys where, RoleCredentials credentials, Instant now) {
        return where.find(
                Check.present(credentials.accessKeyId(), "id"), credentials.sessionToken(), now);
    }

    @Test
    void whatOneNodeIssuesEveryNodeOfTheInstallationKnows() {
        RoleCredentials issued = keys.issue(ROLE, NOW);
        SigV4.Key found = Check.present(find(keys("secret"), issued, NOW), "key");
        assertThat(found.secret()).isEqualTo(issued.secretAccessKey()).hasSize(40);
        assertThat(found.role()).isEqualTo(ROLE);
        assertThat(issued.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
        assertThat(issued.expiration()).isEqualTo("2026-11-22T13:00:00Z");
        assertThat(issued.roleArn()).isEqualTo(ROLE.roleArn());
        assertThat(found.toString()).doesNotContain(found.secret());
    }

    @Test
    void theIdOfTheCredentialsNeverChangesAndTellsNothing() {
        RoleCredentials first = keys.issue(ROLE, NOW);
        RoleCredentials later = keys.issue(ROLE, NOW.plus(Duration.ofHours(3)));
        assertThat(later.credentialsId())
                .isEqualTo(first.credentialsId())
                .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(later.accessKeyId()).isNotEqualTo(first.accessKeyId());
        assertThat(later.secretAccessKey()).isNotEqualTo(first.secretAccessKey());
        var execution = new AssumedRole(ROLE.roleArn(), ROLE.taskArn(), false);
        assertThat(keys.issue(execution, NOW).credentialsId()).isNotEqualTo(first.credentialsId());
        assertThat(keys("other").issue(ROLE, NOW).credentialsId())
                .isNotEqualTo(first.credentialsId());
    }

    @Test
    void nothingButTheExactPairIsKnown() {
        RoleCredentials issued = keys.issue(ROLE, NOW);
        RoleCredentials other = keys.issue(ROLE, NOW.plusSeconds(1));
        String id = Check.present(issued.accessKeyId(), "id");
        String token = Check.present(issued.sessionToken(), "token");
        assertThat(keys.find(id, null, NOW)).isNull();
        assertThat(keys.find(id, "", NOW)).isNull();
        assertThat(keys.find(id, "not base64", NOW)).isNull();
        assertThat(keys.find(id, other.sessionToken(), NOW)).isNull();
        assertThat(keys.find("ASIAOTHER", token, NOW)).isNull();
        assertThat(find(keys("stolen"), issued, NOW)).isNull();
        byte[] bytes = Base64.getDecoder().decode(token);
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertThat(keys.find(id, Base64.getEncoder().encodeToString(changed), NOW))
                    .as("byte %d", i)
                    .isNull();
        }
    }

    @Test
    void keysExpire() {
        RoleCredentials issued = keys.issue(ROLE, NOW);
        Instant end = Instant.parse(Check.present(issued.expiration(), "expiration"));
        assertThat(find(keys, issued, end.minusMillis(1))).isNotNull();
        assertThatThrownBy(() -> find(keys, issued, end))
                .isInstanceOfSatisfying(
                        WireException.class,
                        expired ->
                                assertThat(expired.kind())
                                        .isEqualTo(WireException.Kind.EXPIRED_TOKEN));
    }

    @Test
    void aRoleIsNamedWithoutItsPath() {
        assertThat(ROLE.arn())
                .isEqualTo(
                        "arn:aws:sts::123456789012:assumed-role/app/0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a");
    }
}
