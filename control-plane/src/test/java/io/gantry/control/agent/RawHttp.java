package io.gantry.control.agent;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends requests byte for byte as they were recorded. */
final class RawHttp {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private RawHttp() {}

    /** The answer to a request; the body is empty if its length is not told. */
    record Answer(int status, String head, String body) {}

    /**
     * Sends a request on a connection of its own.
     *
     * @param head with the request line, without the empty line after it
     */
    static Answer send(URI url, String head, String body) throws IOException {
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            OutputStream out = socket.getOutputStream();
            String text = head.replace("\n", "\r\n") + "\r\n\r\n" + body;
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return answer(new BufferedInputStream(socket.getInputStream()));
        }
    }

    private static Answer answer(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + head);
            }
            head.append((char) next);
        }
        Matcher length = LENGTH.matcher(head);
        byte[] body =
                length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
        return new Answer(
                Integer.parseInt(head.substring(9, 12)),
                head.toString(),
                new String(body, StandardCharsets.UTF_8));
    }
}
