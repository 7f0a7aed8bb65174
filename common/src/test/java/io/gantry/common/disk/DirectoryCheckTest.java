package io.gantry.common.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

class DirectoryCheckTest {
    @TempDir Path directory;

    @Test
    void aDirectoryIsMadeForItsOwnerAlone() throws Exception {
        Path made = directory.resolve("a/b");
        DirectoryCheck.check(made, 0, "");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        assertThat(made).isEmptyDirectory();
    }

    @Test
    void aFileInItsPlaceIsNamed() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertRefused(file, 0).hasMessageContaining("it is a file");
        assertRefused(file.resolve("below"), 0).hasMessageContaining("cannot write to data");
    }

    @Test
    void aDirectoryThatEveryUserMayWriteIsUsedAllTheSame() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatCode(() -> DirectoryCheck.check(directory, 0, "")).doesNotThrowAnyException();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void tooLittleSpaceIsToldWithTheSetting() {
        assertRefused(directory, Long.MAX_VALUE)
                .hasMessageContaining("MiB left")
                .hasMessageContaining("(setting min-free-space); make room");
    }

    @Test
    @DisabledIfSystemProperty(
            named = "user.name",
            matches = "root",
            disabledReason = "root may write to any directory")
    void aDirectoryThatThisUserMayNotWriteIsNamed() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        try {
            assertRefused(directory, 0).hasMessageContaining("see its owner and its mode");
        } finally {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    @EnabledIfSystemProperty(
            named = "user.name",
            matches = "root",
            disabledReason = "only root can give a directory away")
    void aDirectoryOfAnotherUserIsUsedAllTheSame() throws Exception {
        Files.setAttribute(directory, "unix:uid", 12_345);
        assertThatCode(() -> DirectoryCheck.check(directory, 0, "")).doesNotThrowAnyException();
    }

    @Test
    @EnabledIfSystemProperty(
            named = "user.name",
            matches = "root",
            disabledReason = "only root can mount a file system")
    void aDiskThatIsReadOnlyOrFullIsNamed() throws Exception {
        run("mount", "-t", "tmpfs", "-o", "mode=700,size=1m", "tiny", directory.toString());
        try {
            assertThatThrownBy(() -> Files.write(directory.resolve("f"), new byte[2 << 20]))
                    .isInstanceOf(IOException.class);
            assertRefused(directory, 0).hasMessageContaining("is full; make room");
            run("mount", "-o", "remount,ro", directory.toString());
            assertRefused(directory, 0).hasMessageContaining("remount it writable");
        } finally {
            run("umount", directory.toString());
        }
    }

    @Test
    void theProcessThatUsesADirectoryIsNamed() throws Exception {
        Process other =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('!');
            assertThatThrownBy(() -> DirectoryLock.take(directory, "node"))
                    .isInstanceOf(DiskException.class)
                    .hasMessageContaining("in use by another node, process " + other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
        DirectoryLock.take(directory, "node").close();
    }

    /** Has the directory until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (DirectoryLock _ = DirectoryLock.take(Path.of(arguments[0]), "node")) {
                System.out.write('!');
                System.out.flush();
                Thread.currentThread().join();
            }
        }
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
            Path directory, long needed) {
        return assertThatThrownBy(() -> DirectoryCheck.check(directory, needed, "min-free-space"))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining(directory.toString());
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
