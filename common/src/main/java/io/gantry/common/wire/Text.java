package io.gantry.common.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Strict text: nothing that cannot be written again as UTF-8 comes in, nothing such goes out. */
final class Text {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Text() {}

    /** The text itself; a half surrogate pair, which has no UTF-8, is refused. */
    static String checked(String text) {
        if (isBroken(text)) {
            throw WireException.malformed("Text contains an incomplete surrogate pair");
        }
        return text;
    }

    /** The text with whatever has no UTF-8 replaced. */
    static String wellFormed(String text) {
        if (!isBroken(text)) {
            return text;
        }
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(isSurrogate(c) ? 0xFFFD : c));
        return out.toString();
    }

    private static boolean isBroken(String text) {
        int i = 0;
        while (i < text.length()) {
            if (!Character.isSurrogate(text.charAt(i))) {
                i++;
            } else if (isSurrogate(text.codePointAt(i))) {
                return true;
            } else {
                i += 2;
            }
        }
        return false;
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /** Throws {@link IllegalArgumentException} for what is not UTF-8. */
    static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException malformed) {
            throw new IllegalArgumentException("Text is not valid UTF-8", malformed);
        }
    }

    /**
     * Undoes percent-encoding; a plus sign means a space. Throws {@link IllegalArgumentException}
     * for an incomplete escape.
     */
    static byte[] percentDecoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        int i = 0;
        while (i < bytes.length) {
            byte b = bytes[i++];
            if (b == '+') {
                b = ' ';
            } else if (b == '%') {
                if (i + 2 > bytes.length) {
                    throw new IllegalArgumentException("Incomplete escape in '" + text + "'");
                }
                int high = HexFormat.fromHexDigit(bytes[i++]);
                b = (byte) ((high << 4) | HexFormat.fromHexDigit(bytes[i++]));
            }
            bytes[length++] = b;
        }
        return Arrays.copyOf(bytes, length);
    }

    /** As AWS does it: everything escaped but letters, digits and {@code -._~}. */
    static StringBuilder percentEncode(StringBuilder out, byte[] bytes) {
        for (byte b : bytes) {
            if (isUnreserved(b)) {
                out.append((char) b);
            } else {
                HEX.toHexDigits(out.append('%'), b);
            }
        }
        return out;
    }

    private static boolean isUnreserved(byte b) {
        return (b >= 'A' && b <= 'Z')
                || (b >= 'a' && b <= 'z')
                || (b >= '0' && b <= '9')
                || b == '-'
                || b == '.'
                || b == '_'
                || b == '~';
    }
}
