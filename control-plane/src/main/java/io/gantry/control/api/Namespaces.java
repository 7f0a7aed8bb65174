package io.gantry.control.api;

import io.gantry.common.model.Arn;
import java.util.List;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ecs.model.ListServicesByNamespaceRequest;
import software.amazon.awssdk.services.ecs.model.ListServicesByNamespaceResponse;
import software.amazon.awssdk.services.ecs.model.NamespaceNotFoundException;

/**
 * Namespaces of Service Connect. They come into being with the first service or cluster that names
 * one; as long as those are refused there is none.
 */
final class Namespaces {
    private static final int PAGE = 10;
    private static final int LARGEST_PAGE = 100;
    private static final Pattern NAME = Pattern.compile("[^<>\"/]{1,1024}");
    private static final Pattern RESOURCE = Pattern.compile("namespace/[A-Za-z0-9-]{1,64}");

    private Namespaces() {}

    static ListServicesByNamespaceResponse services(ListServicesByNamespaceRequest request) {
        String namespace = request.namespace();
        Pages.of(
                PAGE,
                LARGEST_PAGE,
                request.maxResults(),
                request.nextToken(),
                List.of("N", namespace));
        if (!isNamespace(namespace)) {
            throw ApiErrors.invalid(
                    "The namespace must be a name of up to 1024 characters without <, >, \" and /,"
                            + " or a full ARN: "
                            + namespace);
        }
        throw NamespaceNotFoundException.builder()
                .message("The specified namespace wasn't found.")
                .build();
    }

    private static boolean isNamespace(String given) {
        if (!given.startsWith("arn:")) {
            return NAME.matcher(given).matches();
        }
        Arn arn = Arn.parse(given);
        return arn != null
                && arn.service().equals("servicediscovery")
                && RESOURCE.matcher(arn.resource()).matches();
    }
}
