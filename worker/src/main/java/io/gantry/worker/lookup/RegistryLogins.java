package io.gantry.worker.lookup;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.AsmAuthData;
import io.gantry.common.acs.AcsContainer.EcrAuthData;
import io.gantry.common.acs.AcsContainer.RegistryAuthentication;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.runtime.NamedFailureException;
import io.gantry.worker.runtime.RegistryLogin;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Logins to registries: from a secret, or from Amazon's own registry. */
final class RegistryLogins {
    private static final String ECR_TARGET =
            "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";

    private final LookupSettings settings;
    private final ExecutionRole role;
    private final AwsClient client;

    RegistryLogins(LookupSettings settings, ExecutionRole role, AwsClient client) {
        this.settings = settings;
        this.role = role;
        this.client = client;
    }

    @Nullable RegistryLogin of(AcsTask task, AcsContainer container) throws InterruptedException {
        RegistryAuthentication wanted = container.registryAuthentication();
        if (wanted == null) {
            return null;
        }
        AsmAuthData secret = wanted.asmAuthData();
        EcrAuthData ecr = wanted.ecrAuthData();
        try {
            ExecutionRole.Key key = role.of(task);
            if (key == null) {
                throw new IOException("unable to find execution role credentials");
            }
            if ("asm".equals(wanted.type()) && secret != null) {
                return fromSecret(secret, key);
            }
            if ("ecr".equals(wanted.type()) && ecr != null) {
                return fromEcr(ecr, key);
            }
            throw new IOException(
                    "registry authentication type %s is not supported".formatted(wanted.type()));
        } catch (IOException failure) {
            throw new NamedFailureException(
                    "ResourceInitializationError",
                    "unable to pull secrets or registry auth: " + failure.getMessage(),
                    failure);
        }
    }

    private RegistryLogin fromSecret(AsmAuthData wanted, ExecutionRole.Key key)
            throws IOException, InterruptedException {
        String id = wanted.credentialsParameter();
        if (id == null || id.isBlank()) {
            throw new IOException("credentialsParameter is missing");
        }
        String region = region(id, wanted.region());
        ObjectNode request = AcsJson.mapper().createObjectNode().put("SecretId", id);
        JsonNode answer;
        try {
            answer =
                    client.call(
                            settings.secretsManager(region),
                            new AwsClient.Service("secretsmanager", region),
                            "secretsmanager.GetSecretValue",
                            request,
                            key);
        } catch (IOException failure) {
            throw new IOException(
                    "fetching secret data from AWS Secrets Manager in region %s: %s"
                            .formatted(region, failure.getMessage()),
                    failure);
        }
        return loginIn(answer.path("SecretString").asString(""), id);
    }

    /** The fourth part of an ARN; what the order says for a mere name. */
    private String region(String id, @Nullable String said) {
        String[] parts = id.split(":", 5);
        if (parts.length == 5 && parts[0].equals("arn") && !parts[3].isEmpty()) {
            return parts[3];
        }
        return said == null || said.isEmpty() ? settings.region() : said;
    }

    private static RegistryLogin loginIn(String secret, String id) throws IOException {
        JsonNode login;
        try {
            login = AcsJson.mapper().readTree(secret.isEmpty() ? "{}" : secret);
        } catch (JacksonException notJson) {
            // The parser's own message would show parts of the secret.
            throw new IOException(
                    "the secret %s is no JSON object with username and password".formatted(id));
        }
        return new RegistryLogin(
                member(login, "username", id), member(login, "password", id), null);
    }

    private static String member(JsonNode login, String name, String id) throws IOException {
        String value = login.path(name).asString("");
        if (value.isEmpty()) {
            throw new IOException("the secret %s is malformed, empty field %s".formatted(id, name));
        }
        return value;
    }

    private RegistryLogin fromEcr(EcrAuthData wanted, ExecutionRole.Key key)
            throws IOException, InterruptedException {
        if (!Boolean.TRUE.equals(wanted.useExecutionRole())) {
            throw new IOException("Amazon's registry needs a task execution role on this worker");
        }
        String region = wanted.region() == null ? settings.region() : wanted.region();
        ObjectNode request = AcsJson.mapper().createObjectNode();
        if (wanted.registryId() != null) {
            request.putArray("registryIds").add(wanted.registryId());
        }
        JsonNode answer;
        try {
            answer =
                    client.call(
                            ecrEndpoint(wanted, region),
                            new AwsClient.Service("ecr", region),
                            ECR_TARGET,
                            request,
                            key);
        } catch (IOException failure) {
            throw new IOException(
                    "unable to get registry auth from ECR in region %s: %s"
                            .formatted(region, failure.getMessage()),
                    failure);
        }
        return tokenIn(answer.path("authorizationData").path(0));
    }

    private URI ecrEndpoint(EcrAuthData wanted, String region) throws IOException {
        String override = wanted.endpointOverride();
        if (override == null || override.isEmpty()) {
            return settings.ecr(region);
        }
        try {
            return URI.create(override.contains("://") ? override : "https://" + override);
        } catch (IllegalArgumentException malformed) {
            throw new IOException("endpointOverride is no URL: " + override, malformed);
        }
    }

    private static RegistryLogin tokenIn(JsonNode data) throws IOException {
        String decoded;
        try {
            byte[] token = Base64.getDecoder().decode(data.path("authorizationToken").asString(""));
            decoded = new String(token, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            decoded = "";
        }
        int colon = decoded.indexOf(':');
        if (colon <= 0) {
            throw new IOException("the registry's authorization token is malformed");
        }
        return new RegistryLogin(
                decoded.substring(0, colon),
                decoded.substring(colon + 1),
                data.path("proxyEndpoint").asString(null));
    }
}
