package io.gantry.control.lead;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where hooks are called: at their own address, or, if they name a function, at the one that the
 * installation was told for it.
 *
 * @param functions addresses by the names of functions
 */
public record HookTargets(Map<String, URI> functions) {
    private static final String FUNCTION = ":function:";

    public HookTargets {
        functions = Map.copyOf(functions);
    }

    /** The address of a hook; null if nobody has told any. */
    @Nullable URI address(@Nullable String target) {
        if (target == null) {
            return null;
        }
        int function = target.indexOf(FUNCTION);
        if (target.startsWith("arn:") && function > 0) {
            String qualified = target.substring(function + FUNCTION.length());
            int colon = qualified.indexOf(':');
            return functions.get(colon < 0 ? qualified : qualified.substring(0, colon));
        }
        try {
            return new URI(target);
        } catch (URISyntaxException notAnAddress) {
            return null;
        }
    }
}
