package io.gantry.control.core.state;

import java.util.Map;
import java.util.TreeMap;

/**
 * Attributes that users give to machines, beside those by which a machine says what it is and can.
 */
public final class CustomAttributes {
    /** As many as ECS lets a machine have. */
    public static final int MOST = 10;

    private static final String OURS = "gantry.capability.";
    private static final String CAPACITY = "gantry.capacity-";

    private CustomAttributes() {}

    /** Whether users may set and delete an attribute of that name. */
    public static boolean isCustom(String name) {
        return !name.startsWith("ecs.")
                && !name.startsWith("com.amazonaws.ecs.")
                && !name.startsWith("gantry.");
    }

    /** How many of the attributes are custom. */
    public static long count(Map<String, String> attributes) {
        return attributes.keySet().stream().filter(CustomAttributes::isCustom).count();
    }

    /**
     * Attributes of a machine that has registered again: agents leave out what users have set
     * meanwhile, so that is kept. What the machine says itself comes first.
     */
    static Map<String, String> kept(Map<String, String> before, Map<String, String> now) {
        var all = new TreeMap<String, String>();
        // Workers of ours say everything each time; with Amazon's agent users say it once.
        boolean saysAll = now.keySet().stream().anyMatch(name -> name.startsWith(OURS));
        before.forEach(
                (name, value) -> {
                    if (isCustom(name) || (!saysAll && name.startsWith(CAPACITY))) {
                        all.put(name, value);
                    }
                });
        all.putAll(now);
        return all;
    }
}
