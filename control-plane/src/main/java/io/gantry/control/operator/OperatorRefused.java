package io.gantry.control.operator;

/** An operator's request that is not carried out. */
public final class OperatorRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    private OperatorRefused(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** The request is at fault: asking again will not help. */
    public static OperatorRefused invalid(String message) {
        return new OperatorRefused(400, "InvalidParameterException", message);
    }

    /** It cannot be done as things are. */
    public static OperatorRefused conflict(String message) {
        return new OperatorRefused(409, "ConflictException", message);
    }

    /** Worth another try, here or at another node. */
    public static OperatorRefused unavailable(String message) {
        return new OperatorRefused(503, "ServerException", message);
    }

    static OperatorRefused denied(String message) {
        return new OperatorRefused(403, "AccessDeniedException", message);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
