package io.gantry.control.api;

import io.gantry.common.wire.Json;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import software.amazon.awssdk.core.SdkPojo;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Model objects as clients see them, for limits on their length and to tell them apart. */
final class JsonForm {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonForm() {}

    static byte[] of(SdkPojo value) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            Json.write(out, value);
        }
        return bytes.toByteArray();
    }

    /** Equal for equal requests only. */
    static String fingerprint(SdkPojo request) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(of(request)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
