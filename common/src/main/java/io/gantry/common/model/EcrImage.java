package io.gantry.common.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An image of a private registry of Amazon's.
 *
 * @param registryId number of the account that owns the registry
 */
public record EcrImage(String registryId, String region) {
    private static final Pattern FORM =
            Pattern.compile(
                    "([0-9]{12})\\.dkr[.-]ecr(?:-fips)?\\.([a-z0-9-]+)\\."
                            + "(?:amazonaws\\.com(?:\\.cn)?|on\\.aws|on\\.amazonwebservices\\.com\\.cn)/.+");

    /** What the name of an image says, or null if it is not in such a registry. */
    public static @Nullable EcrImage parse(String image) {
        Matcher form = FORM.matcher(image);
        return form.matches() ? new EcrImage(form.group(1), form.group(2)) : null;
    }
}
