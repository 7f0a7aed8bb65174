package io.gantry.control.api;

import io.gantry.common.wire.Api;
import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.Caller;
import io.gantry.control.core.state.Realm;
import io.gantry.control.log.Replica;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** The one operation of AWS STS that clients call to find out where they are. */
public final class StsApi {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int ROLE_ID_LETTERS = 17;

    private final Replica replica;
    private final Api api =
            Api.query("sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/");

    public StsApi(Replica replica) {
        this.replica = replica;
        api.on(GetCallerIdentityRequest.class, this::callerIdentity);
    }

    /** What a dispatcher needs. */
    public Api api() {
        return api;
    }

    /** Whoever is let in is a task with a role, or else the account itself. */
    private GetCallerIdentityResponse callerIdentity(
            Caller caller, GetCallerIdentityRequest request) {
        AssumedRole role = caller.identity().role();
        if (role != null) {
            return GetCallerIdentityResponse.builder()
                    .account(role.account())
                    .userId(roleId(role.roleArn()) + ':' + role.sessionName())
                    .arn(role.arn())
                    .build();
        }
        Names names = Names.of(replica.state());
        Realm realm = names.realm();
        return GetCallerIdentityResponse.builder()
                .account(realm.account())
                .userId(realm.account())
                .arn(names.root())
                .build();
    }

    /** AWS gives each role an id of its own; here it follows from the role's name. */
    private static String roleId(String roleArn) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(roleArn.getBytes(StandardCharsets.UTF_8));
            var id = new StringBuilder("AROA");
            for (int i = 0; i < ROLE_ID_LETTERS; i++) {
                id.append(LETTERS.charAt(hash[i] & 31));
            }
            return id.toString();
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every JDK has SHA-256", missing);
        }
    }
}
