package io.gantry.common.wire;

import java.util.Map;

/** The reply to an {@link HttpRequest}; the server adds Date and Content-Length. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and too large to copy
public record HttpReply(int status, String contentType, Map<String, String> headers, byte[] body) {}
