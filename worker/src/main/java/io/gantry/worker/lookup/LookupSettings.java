package io.gantry.worker.lookup;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where to look things up. An endpoint that is not set is AWS' public one of the region in
 * question.
 *
 * @param region of whatever does not name its own
 * @param environmentFiles directories whose files containers may take their variables from
 */
public record LookupSettings(
        String region,
        @Nullable URI secretsManager,
        @Nullable URI s3,
        @Nullable URI ecr,
        List<Path> environmentFiles) {
    public LookupSettings {
        environmentFiles = List.copyOf(environmentFiles);
    }

    URI secretsManager(String ofRegion) {
        return secretsManager == null ? amazon("secretsmanager", ofRegion) : secretsManager;
    }

    URI s3(String ofRegion) {
        return s3 == null ? amazon("s3", ofRegion) : s3;
    }

    URI ecr(String ofRegion) {
        return ecr == null ? amazon("api.ecr", ofRegion) : ecr;
    }

    private static URI amazon(String service, String region) {
        String suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
        return URI.create("https://%s.%s.%s".formatted(service, region, suffix));
    }
}
