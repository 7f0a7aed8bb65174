package io.gantry.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/** The sample as a container image, made of the machine's own busybox: no registry is needed. */
final class SampleImage {
    static final String NAME = "gantry-sample:latest";
    static final String NO_BUSYBOX =
            "There is nothing to build the sample's image from; on Debian,"
                    + " \"apt-get install busybox-static\" brings it.";

    private static final String LABEL = "io.gantry.sample";
    private static final Set<String> APPLETS = Set.of("sh", "httpd", "nc", "sed", "hostname");
    private static final List<String> PLACES = List.of("/bin/busybox", "/usr/bin/busybox");
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x[0-9a-f]+\\)");
    private static final int EXECUTABLE = 0755;

    private static final String DOCKERFILE =
            """
            FROM scratch
            COPY root /
            CMD ["/bin/busybox", "sh", "/serve"]
            """;

    private static final String SERVE =
            """
            b=/bin/busybox
            task=
            uri=${ECS_CONTAINER_METADATA_URI_V4#http://}
            server=${uri%%/*}
            # A statically linked wget may crash without the machine's name service files.
            for attempt in 1 2 3 4 5; do
                [ -n "$uri" ] || break
                task=$(printf 'GET /%s/task HTTP/1.0\\r\\n\\r\\n' "${uri#*/}" |
                    $b nc -w 2 "${server%:*}" "${server#*:}" |
                    $b sed -n 's/.*"TaskARN" *: *"\\([^"]*\\)".*/\\1/p')
                [ -n "$task" ] && break
                $b sleep 0.5
            done
            echo "Hello from ${task:+task ${task##*/} in }container $($b hostname)" >/www/index.html
            $b httpd -f -p 8080 -h /www &
            trap 'kill $!' TERM INT
            wait
            """;

    private SampleImage() {}

    /** Builds the image unless it is there; false where there is nothing to build it from. */
    static boolean build(ContainerEngine engine) {
        Path busybox = busybox();
        if (busybox == null) {
            return false;
        }
        byte[] context = context(busybox);
        String version = version(context);
        if (!engine.hasImage(NAME, LABEL, version)) {
            engine.build(NAME, LABEL, version, context);
        }
        return true;
    }

    /** One that can do what the sample needs. */
    static @Nullable Path busybox() {
        for (String place : PLACES) {
            Path path = Path.of(place);
            if (Files.isExecutable(path)
                    && output(place, "--list").lines().toList().containsAll(APPLETS)) {
                return path;
            }
        }
        return null;
    }

    private static byte[] context(Path busybox) {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            add(tar, "Dockerfile", DOCKERFILE.getBytes(StandardCharsets.UTF_8));
            add(tar, "root/serve", SERVE.getBytes(StandardCharsets.UTF_8));
            add(tar, "root/www/index.html", "starting\n".getBytes(StandardCharsets.UTF_8));
            add(tar, "root/bin/busybox", Files.readAllBytes(busybox));
            for (Path library : libraries(busybox)) {
                add(tar, "root" + library, Files.readAllBytes(library));
            }
        } catch (IOException unreadable) {
            throw new Failure("The sample's image lacks a part: " + unreadable, unreadable);
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] content)
            throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(EXECUTABLE);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** What the program loads when it starts; none if it is linked statically. */
    private static List<Path> libraries(Path program) {
        var libraries = new ArrayList<Path>();
        Matcher matcher = LIBRARY.matcher(output("ldd", program.toString()));
        while (matcher.find()) {
            libraries.add(Path.of(matcher.group(1)));
        }
        return libraries;
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (InputStream in = process.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException absent) {
            return "";
        }
    }

    private static String version(byte[] context) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(context);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every JDK has SHA-256", missing);
        }
    }
}
