package io.gantry.system;

/** What befalls a member until it is healed. */
enum Fault {
    /** Its container is killed, and started again. */
    KILL,
    /** Its processes stand still, and go on. */
    PAUSE,
    /** Its container leaves the network of the members, and joins it again. */
    CUT_OFF;

    void inflict(Member member) {
        switch (this) {
            case KILL -> member.kill();
            case PAUSE -> member.pause();
            case CUT_OFF -> member.cutOff();
        }
    }

    void heal(Member member) {
        switch (this) {
            case KILL -> member.startAgain();
            case PAUSE -> member.unpause();
            case CUT_OFF -> member.reconnect();
        }
    }
}
