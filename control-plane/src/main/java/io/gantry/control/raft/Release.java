package io.gantry.control.raft;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What a node's program is.
 *
 * @param name such as 0.1.0
 * @param level the highest feature level that it knows; from 1 on
 */
public record Release(String name, int level) {

    /**
     * The level of this program. Raised, with the next release, whenever commands, members with a
     * meaning of their own, tables or rules are added: the installation uses them once all its
     * nodes know the level.
     */
    static final int LEVEL = 1;

    /** This very program. */
    public static final Release OWN = new Release(read(), LEVEL);

    private static String read() {
        try (InputStream in = Release.class.getResourceAsStream("release.properties")) {
            var properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("name", "unknown");
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the name of the release", unreadable);
        }
    }

    /**
     * Complains unless this release knows what the installation does.
     *
     * @param level of the installation
     */
    void checkKnows(int level) throws IOException {
        if (level > this.level) {
            throw new IOException(
                    "the installation is at feature level %d, which release %s (up to level %d) does not know; start a release that does"
                            .formatted(level, name, this.level));
        }
    }
}
