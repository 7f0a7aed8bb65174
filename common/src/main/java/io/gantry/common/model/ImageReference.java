package io.gantry.common.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a container image, taken apart. Short names such as {@code busybox} stay short: which
 * registry they mean is for whoever pulls them to say.
 *
 * @param repository with its registry, if one is named
 * @param tag null if there is none, which pulls read as {@code latest}
 * @param digest null if the image is not named by its content
 * @see <a href="https://github.com/distribution/reference">the grammar of references</a>
 */
public record ImageReference(String repository, @Nullable String tag, @Nullable String digest) {
    /** An image of this name stands for the machine itself: the command runs as its process. */
    public static final String HOST = "host";

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /** Takes any text apart; it does not judge whether a registry would accept the name. */
    public static ImageReference parse(String text) {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        String digest = at < 0 ? null : text.substring(at + 1);
        int colon = name.lastIndexOf(':');
        // A colon before a slash belongs to the registry: it stands before its port.
        boolean tagged = colon > name.lastIndexOf('/');
        return new ImageReference(
                tagged ? name.substring(0, colon) : name,
                tagged ? name.substring(colon + 1) : null,
                digest);
    }

    /** Whether a text is a digest by which an image can be pulled. */
    public static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }

    /** The same repository's image of this content, without a tag that could point elsewhere. */
    public String pinnedTo(String content) {
        return repository + '@' + content;
    }
}
