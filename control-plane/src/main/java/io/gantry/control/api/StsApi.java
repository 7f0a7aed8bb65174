package io.gantry.control.api;

import io.gantry.common.wire.Api;
import io.gantry.common.wire.Identity;
import io.gantry.control.core.state.Realm;
import io.gantry.control.log.Replica;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** The one operation of AWS STS that clients call to find out where they are. */
public final class StsApi {
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

    /** The root key is the only one yet, so whoever is let in is the account itself. */
    private GetCallerIdentityResponse callerIdentity(
            Identity identity, GetCallerIdentityRequest request) {
        Names names = Names.of(replica.state());
        Realm realm = names.realm();
        return GetCallerIdentityResponse.builder()
                .account(realm.account())
                .userId(realm.account())
                .arn(names.root())
                .build();
    }
}
