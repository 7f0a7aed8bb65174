package io.gantry.system;

/** What befalls a member until it is healed. */
enum Fault {
    /** Its container is killed, and started again. */
    KILL,
    /** Its processes stand still, and go on. */
    PAUSE,
    /** Its container leaves the network of the members, and joins it again. */
    CUT_OFF;

    Remedy inflict(Member member) {
        return switch (this) {
            case KILL -> {
                member.kill();
                yield member::startAgain;
            }
            case PAUSE -> {
                member.pause();
                yield member::unpause;
            }
            case CUT_OFF -> {
                member.cutOff();
                yield member::reconnect;
            }
        };
    }
}
