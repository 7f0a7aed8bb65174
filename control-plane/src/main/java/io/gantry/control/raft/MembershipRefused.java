package io.gantry.control.raft;

/** A change of the members that is not carried out, with what the operator should know. */
public final class MembershipRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    MembershipRefused(String message) {
        super(message);
    }
}
