package io.gantry.control.api;

import java.util.List;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ecs.model.EnvironmentFile;

/**
 * Files that hold environment variables: objects of S3, and, beyond what ECS has, files of the
 * machine that the task runs on.
 */
final class EnvironmentFiles {
    private static final int MOST = 10;
    private static final Pattern OBJECT =
            Pattern.compile("arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.*\\.env");
    private static final Pattern LOCAL = Pattern.compile("(file://)?/[^/].*");

    private EnvironmentFiles() {}

    static void check(List<EnvironmentFile> files, Complaints complaints) {
        if (files.size() > MOST) {
            throw complaints.wrong("There can be at most 10 environment files.");
        }
        for (EnvironmentFile file : files) {
            if (!isLocal(file) && !OBJECT.matcher(file.value()).matches()) {
                throw complaints.wrong(
                        "An environment file must be the ARN of an S3 object with the extension"
                                + " .env, or a file:// URL or absolute path on the container"
                                + " instance: '"
                                + file.value()
                                + "'.");
            }
        }
    }

    /** Whether it is a file of the machine. */
    static boolean isLocal(EnvironmentFile file) {
        return LOCAL.matcher(file.value()).matches();
    }
}
