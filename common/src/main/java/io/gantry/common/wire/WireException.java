package io.gantry.common.wire;

/** A failure of the protocol itself, as opposed to the modelled exceptions of the services. */
public final class WireException extends RuntimeException {

    /** What the newer protocols and awsQuery call the same failure, with the status of each. */
    public enum Kind {
        MALFORMED("SerializationException", 400, "MalformedInput", 400),
        INVALID("ValidationException", 400, "ValidationError", 400),
        TOO_LARGE("RequestEntityTooLargeException", 413, "RequestEntityTooLarge", 413),
        MISSING_ACTION("UnknownOperationException", 404, "MissingAction", 400),
        UNKNOWN_OPERATION("UnknownOperationException", 404, "InvalidAction", 400),
        MISSING_SIGNATURE(
                "MissingAuthenticationTokenException", 400, "MissingAuthenticationToken", 403),
        INCOMPLETE_SIGNATURE("IncompleteSignatureException", 400, "IncompleteSignature", 400),
        INVALID_SIGNATURE("InvalidSignatureException", 400, "SignatureDoesNotMatch", 403),
        UNKNOWN_CLIENT("UnrecognizedClientException", 400, "InvalidClientTokenId", 403),
        EXPIRED_TOKEN("ExpiredTokenException", 400, "ExpiredToken", 403),
        INTERNAL("InternalFailure", 500, "InternalFailure", 500);

        final String code;
        final int status;
        final String queryCode;
        final int queryStatus;

        Kind(String code, int status, String queryCode, int queryStatus) {
            this.code = code;
            this.status = status;
            this.queryCode = queryCode;
            this.queryStatus = queryStatus;
        }
    }

    private final Kind kind;
    private final String text;

    public WireException(Kind kind, String text) {
        super(text, null, false, false);
        this.kind = kind;
        this.text = text;
    }

    /** The request, or a document, cannot be read. */
    static WireException malformed(String text) {
        return new WireException(Kind.MALFORMED, text);
    }

    /** For the keeper of session tokens: the token was good once. */
    public static WireException expiredToken() {
        return new WireException(
                Kind.EXPIRED_TOKEN, "The security token included in the request is expired");
    }

    public Kind kind() {
        return kind;
    }

    String text() {
        return text;
    }
}
