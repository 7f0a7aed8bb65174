package io.gantry.common.disk;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the system means by refusing to read or write, and what can be done about it. */
public enum DiskTrouble {
    FULL("No space left on device", "is full; make room, and the process goes on by itself"),
    QUOTA("Disk quota exceeded", "is at its quota; raise it or make room"),
    READ_ONLY(
            "Read-only file system",
            "is on a file system that can only be read; look for errors of the disk in the kernel's"
                    + " log (dmesg), then remount it writable"),
    FAILING(
            "Input/output error",
            "is on a disk that fails; look into the kernel's log (dmesg) and replace the disk"),
    DENIED("Permission denied", "may not be written by this user; see its owner and its mode"),
    OTHER("", "cannot be written");

    private final String systemText;
    private final String advice;

    DiskTrouble(String systemText, String advice) {
        this.systemText = systemText.toLowerCase(Locale.ROOT);
        this.advice = advice;
    }

    /** What is behind a failure; null if it is not of a disk. */
    public static @Nullable DiskTrouble of(Throwable failure) {
        boolean ofFiles = false;
        Throwable cause = failure;
        // Chains of causes are short; the bound is for one that bites its tail.
        for (int depth = 0; cause != null && depth < 20; depth++, cause = cause.getCause()) {
            DiskTrouble named = named(cause);
            if (named != null) {
                return named;
            }
            ofFiles |= cause instanceof FileSystemException || cause instanceof DiskException;
        }
        return ofFiles ? OTHER : null;
    }

    private static @Nullable DiskTrouble named(Throwable cause) {
        if (cause instanceof AccessDeniedException) {
            return DENIED;
        }
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        for (DiskTrouble each : values()) {
            if (each != OTHER && message.contains(each.systemText)) {
                return each;
            }
        }
        return null;
    }

    /** A sentence about {@code place}, which says what to do. */
    public String sentence(Path place) {
        return place + " " + advice;
    }
}
