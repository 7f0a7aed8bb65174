package io.gantry.worker.endpoints;

/** Which part of the worker answers which path. Answers may block, for seconds at worst. */
final class Routes {
    /** Where workers of one machine ask who serves an address. */
    static final String WHO = "/gantry/worker";

    private static final int PROTECTION_SEGMENTS = 5;

    private final MetadataRoutes metadata;
    private final CredentialRoutes credentials;
    private final TaskProtection protection;
    private final String identity;

    /**
     * Routes to the parts.
     *
     * @param identity what tells this worker from others, and is no secret
     */
    Routes(
            MetadataRoutes metadata,
            CredentialRoutes credentials,
            TaskProtection protection,
            String identity) {
        this.metadata = metadata;
        this.credentials = credentials;
        this.protection = protection;
        this.identity = identity;
    }

    Reply answer(Request request) {
        return switch (request.segment(0)) {
            case "v3", "v4" -> metadata.answer(request);
            case "v2" -> version2(request);
            case "v1" ->
                    request.path().equals("/v1/credentials")
                            ? credentials.answer(1, request.parameters().getOrDefault("id", ""))
                            : Reply.notFound();
            case "api" -> api(request);
            case "gantry" ->
                    request.path().equals(WHO) ? Reply.text(200, identity) : Reply.notFound();
            default -> Reply.notFound();
        };
    }

    private Reply version2(Request request) {
        return switch (request.segment(1)) {
            case "credentials" ->
                    request.segments() == 3
                            ? credentials.answer(2, request.segment(2))
                            : Reply.notFound();
            // Served by the caller's address, which names a task in network mode awsvpc only.
            case "metadata", "metadataWithTags", "stats" ->
                    Reply.message(
                            400,
                            "Unable to get task arn from request: unable to associate '%s' with task"
                                    .formatted(request.client()));
            default -> Reply.notFound();
        };
    }

    private Reply api(Request request) {
        if (request.segments() != PROTECTION_SEGMENTS
                || !request.rest(2).equals(TaskProtection.PATH)) {
            return Reply.notFound();
        }
        return switch (request.method()) {
            case "GET", "PUT" -> protection.answer(request);
            default -> Reply.text(405, "");
        };
    }
}
