package io.gantry.common.wire;

/** Finds out who sent a request; {@link SigV4#verify} is one. */
@FunctionalInterface
public interface Authentication {

    /** Throws a {@link WireException} that says why the sender is not known. */
    Identity authenticate(HttpRequest request);

    /** Believes what a request says about its signer, without looking at the signature. */
    static Authentication none() {
        return Claim::unverified;
    }
}
