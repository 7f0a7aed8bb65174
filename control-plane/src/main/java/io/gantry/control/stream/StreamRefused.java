package io.gantry.control.stream;

/** A stream that is not to be; becomes the answer to the upgrade. */
final class StreamRefused extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;
    private final String code;

    StreamRefused(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    static StreamRefused badRequest(String message) {
        return new StreamRefused(400, "InvalidParameterException", message);
    }

    static StreamRefused notFound(String code, String message) {
        return new StreamRefused(404, code, message);
    }

    static StreamRefused conflict(String code, String message) {
        return new StreamRefused(409, code, message);
    }

    int status() {
        return status;
    }

    /** The name of the error, as in answers of the API. */
    String code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
