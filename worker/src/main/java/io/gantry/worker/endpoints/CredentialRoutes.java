package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask.RoleCredentials;

/** Hands out the credentials of task roles to whoever knows their id. */
final class CredentialRoutes {
    private final CredentialStore credentials;
    private final LocalTasks tasks;

    CredentialRoutes(CredentialStore credentials, LocalTasks tasks) {
        this.credentials = credentials;
        this.tasks = tasks;
    }

    /**
     * Answers.
     *
     * @param version of the interface, 1 or 2; errors name it
     */
    Reply answer(int version, String id) {
        if (id.isEmpty()) {
            return error(400, "NoIdInRequest", version, "No Credential ID in the request");
        }
        RoleCredentials found = credentials.get(id, tasks::isHere);
        if (found == null) {
            return tasks.expectsCredentials(id)
                    ? error(
                            503,
                            "CredentialsUninitialized",
                            version,
                            "Credentials uninitialized for ID")
                    : error(400, "InvalidIdInRequest", version, "Credentials not found")
                            .fromStranger();
        }
        return Reply.json(
                200,
                AcsJson.mapper()
                        .createObjectNode()
                        .put("RoleArn", found.roleArn())
                        .put("AccessKeyId", found.accessKeyId())
                        .put("SecretAccessKey", found.secretAccessKey())
                        .put("Token", found.sessionToken())
                        .put("Expiration", found.expiration()));
    }

    private static Reply error(int status, String code, int version, String message) {
        return Reply.json(
                status,
                AcsJson.mapper()
                        .createObjectNode()
                        .put("code", code)
                        .put("message", "CredentialsV%dRequest: %s".formatted(version, message))
                        .put("HTTPErrorCode", status));
    }
}
