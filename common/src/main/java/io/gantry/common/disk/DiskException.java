package io.gantry.common.disk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A directory cannot be trusted with anything. The message says why, and what to do about it. */
public final class DiskException extends IOException {
    private static final long serialVersionUID = 1;

    public DiskException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public DiskException(String message) {
        super(message);
    }
}
