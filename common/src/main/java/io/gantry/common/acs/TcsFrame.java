package io.gantry.common.acs;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A telemetry frame of an agent: HTTP headers, an empty line, JSON. The headers sign a GET of the
 * socket's own URL whose body is the JSON.
 *
 * @param headers looked up without regard to case; empty for a bare JSON frame
 */
public record TcsFrame(SortedMap<String, String> headers, String json) {

    public TcsFrame {
        SortedMap<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(headers);
        headers = Collections.unmodifiableSortedMap(copy);
    }

    public static TcsFrame of(Map<String, String> headers, String json) {
        return new TcsFrame(new TreeMap<>(headers), json);
    }

    /**
     * Separates what an agent sent.
     *
     * @throws MalformedMessageException if it neither begins with JSON nor with headers
     */
    public static TcsFrame split(String frame) {
        if (frame.startsWith("{")) {
            return new TcsFrame(Collections.emptySortedMap(), frame);
        }
        int end = frame.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new MalformedMessageException("telemetry frame without a body");
        }
        SortedMap<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : frame.substring(0, end).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new MalformedMessageException("telemetry frame with a broken header");
            }
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return new TcsFrame(headers, frame.substring(end + 4));
    }

    /** The frame as it goes over the socket. */
    public String text() {
        StringBuilder text = new StringBuilder();
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("\r\n").append(json).toString();
    }
}
