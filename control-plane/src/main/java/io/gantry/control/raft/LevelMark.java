package io.gantry.control.raft;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.log.Replica;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the installation's feature level in a file beside the log. An entry that raises it is read
 * only after the node has joined the group; the file tells an older release before.
 */
final class LevelMark implements Replica.Listener {
    private static final Logger log = LoggerFactory.getLogger(LevelMark.class);
    private static final String NAME = "feature-level";

    private final Path file;
    private int noted;

    private LevelMark(Path file, int noted) {
        this.file = file;
        this.noted = noted;
    }

    /**
     * Reads what was noted.
     *
     * @throws IOException if this release does not know the level
     */
    static LevelMark check(Path directory, Release release) throws IOException {
        Path file = directory.resolve(NAME);
        int level = Files.exists(file) ? parse(file) : 0;
        release.checkKnows(level);
        return new LevelMark(file, level);
    }

    private static int parse(Path file) throws IOException {
        String text = Files.readString(file).strip();
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException damaged) {
            throw new IOException(file + " holds no level but '" + text + "'", damaged);
        }
    }

    @Override
    public void applied(ClusterState state, Touched touched) {
        note(state);
    }

    @Override
    public void restored(ClusterState state) {
        note(state);
    }

    /** Seldom does anything; whatever it does, it does elsewhere than on the applying thread. */
    void note(ClusterState state) {
        int level = state.level();
        if (level > noted) {
            noted = level;
            Thread.ofVirtual().start(() -> write(level));
        }
    }

    private synchronized void write(int level) {
        try {
            if (Files.exists(file) && parse(file) >= level) {
                return;
            }
            Path fresh = file.resolveSibling(NAME + ".new");
            Files.writeString(fresh, level + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException refused) {
            // A node with an older release will find out when it applies the entry.
            log.atWarn().setCause(refused).log("the feature level could not be noted");
        }
    }
}
