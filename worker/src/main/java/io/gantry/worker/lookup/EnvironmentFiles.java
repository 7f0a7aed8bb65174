package io.gantry.worker.lookup;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.EnvironmentFile;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.runtime.NamedFailureException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads files of variables: objects of S3 or files of this machine. Among the files of a container
 * the first that has a variable wins, as with Amazon's agent.
 */
final class EnvironmentFiles {
    private static final Pattern S3_ARN = Pattern.compile("arn:[a-z-]+:s3:::([^/]+)/(.+)");
    private static final String REGION_HEADER = "x-amz-bucket-region";

    private final LookupSettings settings;
    private final ExecutionRole role;
    private final AwsClient client;

    EnvironmentFiles(LookupSettings settings, ExecutionRole role, AwsClient client) {
        this.settings = settings;
        this.role = role;
        this.client = client;
    }

    Map<String, String> read(AcsTask task, AcsContainer container) throws InterruptedException {
        Map<String, String> variables = new TreeMap<>();
        for (EnvironmentFile file : container.environmentFiles()) {
            try {
                variablesIn(text(task, file)).forEach(variables::putIfAbsent);
            } catch (IOException failure) {
                throw new NamedFailureException(
                        "ResourceInitializationError",
                        "failed to download env files: " + failure.getMessage(),
                        failure);
            }
        }
        return variables;
    }

    /**
     * Lines of the form NAME=VALUE. A line that begins with # is a comment, one without a name, an
     * equals sign or a value is skipped; blanks and quotation marks belong to the value.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html">environment
     *     files</a>
     */
    static Map<String, String> variablesIn(String text) {
        Map<String, String> variables = new TreeMap<>();
        text.lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(
                        line -> {
                            int equals = line.indexOf('=');
                            if (equals > 0 && equals < line.length() - 1) {
                                variables.put(
                                        line.substring(0, equals), line.substring(equals + 1));
                            }
                        });
        return variables;
    }

    private String text(AcsTask task, EnvironmentFile file)
            throws IOException, InterruptedException {
        String value = file.value() == null ? "" : file.value();
        byte[] content = value.startsWith("arn:") ? download(task, value) : readHere(value);
        if (content.length > AwsClient.BODY_LIMIT_BYTES) {
            throw new IOException(
                    "env file %s has more than %d bytes"
                            .formatted(value, AwsClient.BODY_LIMIT_BYTES));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException notUtf8) {
            throw new IOException("env file %s is not UTF-8".formatted(value), notUtf8);
        }
    }

    private byte[] download(AcsTask task, String arn) throws IOException, InterruptedException {
        Matcher parts = S3_ARN.matcher(arn);
        if (!parts.matches()) {
            throw new IOException(
                    "unable to parse bucket and key from s3 ARN specified in environmentFile "
                            + arn);
        }
        ExecutionRole.Key key = role.of(task);
        if (key == null) {
            throw new IOException("unable to find execution role credentials");
        }
        try {
            return object(parts.group(1), parts.group(2), settings.region(), key);
        } catch (IOException failure) {
            throw new IOException(
                    "unable to download env file with key %s from bucket %s, error: %s"
                            .formatted(parts.group(2), parts.group(1), failure.getMessage()),
                    failure);
        }
    }

    private byte[] object(String bucket, String name, String region, ExecutionRole.Key key)
            throws IOException, InterruptedException {
        URI uri = URI.create(settings.s3(region) + "/" + bucket + '/' + encoded(name));
        AwsClient.Answer answer = client.get(uri, new AwsClient.Service("s3", region), key);
        String actual = answer.headers().getOrDefault(REGION_HEADER, region);
        if (answer.status() / 100 == 3 && !actual.equals(region)) {
            uri = URI.create(settings.s3(actual) + "/" + bucket + '/' + encoded(name));
            answer = client.get(uri, new AwsClient.Service("s3", actual), key);
        }
        if (answer.status() != 200) {
            throw AwsClient.error(answer);
        }
        return answer.body();
    }

    /**
     * As S3 signs it: everything but letters, digits and -._~ in hexadecimal, slashes as they are.
     */
    private static String encoded(String name) {
        StringBuilder text = new StringBuilder();
        for (byte one : name.getBytes(StandardCharsets.UTF_8)) {
            char letter = (char) (one & 0xff);
            boolean plain =
                    (letter < 0x80 && Character.isLetterOrDigit(letter))
                            || "-._~/".indexOf(letter) >= 0;
            text.append(plain ? Character.toString(letter) : "%%%02X".formatted(one & 0xff));
        }
        return text.toString();
    }

    private byte[] readHere(String value) throws IOException {
        if (settings.environmentFiles().isEmpty()) {
            throw new IOException(
                    ("env file %s is neither an s3 ARN nor allowed on this worker: its setting"
                                    + " GANTRY_ENVIRONMENT_FILES_DIR names no directory")
                            .formatted(value));
        }
        try {
            Path named = Path.of(value.replaceFirst("^file://", "")).normalize();
            // Links are followed too: they must not lead out of what the operator has opened.
            if (isOpen(named) && isOpen(named.toRealPath())) {
                try (InputStream content = Files.newInputStream(named)) {
                    return content.readNBytes(AwsClient.BODY_LIMIT_BYTES + 1);
                }
            }
        } catch (InvalidPathException malformed) {
            throw new IOException("env file %s is not a path".formatted(value), malformed);
        } catch (IOException unreadable) {
            throw new IOException("env file %s cannot be read".formatted(value), unreadable);
        }
        throw new IOException(
                ("env file %s is in none of the directories of this worker's setting"
                                + " GANTRY_ENVIRONMENT_FILES_DIR")
                        .formatted(value));
    }

    private boolean isOpen(Path file) throws IOException {
        for (Path directory : settings.environmentFiles()) {
            if (file.startsWith(directory.toAbsolutePath().normalize())
                    || (Files.isDirectory(directory) && file.startsWith(directory.toRealPath()))) {
                return true;
            }
        }
        return false;
    }
}
