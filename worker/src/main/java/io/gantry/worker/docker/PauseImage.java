package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An image with one program of a few machine instructions that does nothing, made here so that no
 * registry is needed for it. As process 1 of a namespace it says once that it does not care for
 * dead children, whereupon the kernel buries them.
 */
final class PauseImage {
    static final String PROGRAM = "/pause";
    static final String NAME = "gantry-pause:1";

    private static final int LOAD_ADDRESS = 0x400000;
    private static final int ELF_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int CODE_AT = ELF_HEADER + PROGRAM_HEADER;
    private static final int TAR_BLOCK = 512;

    /** In the kernel's numbering: EM_X86_64 and EM_AARCH64. */
    private static final int X86_64 = 62;

    private static final int AARCH64 = 183;

    /**
     * {@code rt_sigaction(SIGCHLD, {SIG_IGN}, NULL, 8); for (;;) pause();} and the 32 bytes of the
     * structure.
     */
    private static final String CODE_X86_64 =
            "b80d000000" // mov eax, 13 (rt_sigaction)
                    + "bf11000000" // mov edi, 17 (SIGCHLD)
                    + "488d3517000000" // lea rsi, [rip + 23]
                    + "31d2" // xor edx, edx
                    + "41ba08000000" // mov r10d, 8
                    + "0f05" // syscall
                    + "b822000000" // mov eax, 34 (pause)
                    + "0f05" // syscall
                    + "ebf7" // jmp to the second mov eax
                    + "90909090" // nop, four times
                    + "0100000000000000" // SIG_IGN
                    + "000000000000000000000000000000000000000000000000";

    /** The same; there is no {@code pause} here, so {@code ppoll} waits for nothing at all. */
    private static final String CODE_AARCH64 =
            "c81080d2" // mov x8, #134 (rt_sigaction)
                    + "200280d2" // mov x0, #17 (SIGCHLD)
                    + "81010010" // adr x1, 48 bytes on
                    + "020080d2" // mov x2, #0
                    + "030180d2" // mov x3, #8
                    + "010000d4" // svc #0
                    + "280980d2" // mov x8, #73 (ppoll)
                    + "000080d2" // mov x0, #0
                    + "010080d2" // mov x1, #0
                    + "020080d2" // mov x2, #0
                    + "030080d2" // mov x3, #0
                    + "010000d4" // svc #0
                    + "faffff17" // b to mov x8, #73
                    + "1f2003d5" // nop
                    + "0100000000000000" // SIG_IGN
                    + "000000000000000000000000000000000000000000000000";

    private PauseImage() {}

    /** Makes the image unless it is there. */
    static void provide(DockerClient client) {
        try {
            client.inspectImageCmd(NAME).exec();
        } catch (NotFoundException missing) {
            String architecture = String.valueOf(client.versionCmd().exec().getArch());
            client.loadImageCmd(new ByteArrayInputStream(archive(architecture))).exec();
        }
    }

    /** As {@code docker save} writes it: a layer, what it is, and its name. */
    static byte[] archive(String architecture) {
        ByteArrayOutputStream layer = new ByteArrayOutputStream();
        add(layer, PROGRAM.substring(1), program(architecture));
        add(layer, null, new byte[0]);
        byte[] layerBytes = layer.toByteArray();
        String config =
                """
                {"architecture":"%s","os":"linux","created":"2020-01-01T00:00:00Z",\
                "config":{"Entrypoint":["%s"]},\
                "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}
                """
                        .formatted(architecture, PROGRAM, sha256(layerBytes));
        String manifest =
                """
                [{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]
                """
                        .formatted(NAME);
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        add(archive, "layer.tar", layerBytes);
        add(archive, "config.json", config.getBytes(StandardCharsets.UTF_8));
        add(archive, "manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        add(archive, null, new byte[0]);
        return archive.toByteArray();
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every JDK has SHA-256", missing);
        }
    }

    /**
     * The program as a file.
     *
     * @param architecture in the engine's words
     */
    static byte[] program(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> elf(X86_64, HexFormat.of().parseHex(CODE_X86_64));
            case "arm64", "aarch64" -> elf(AARCH64, HexFormat.of().parseHex(CODE_AARCH64));
            default ->
                    throw new EngineException(
                            "CannotCreateContainerError",
                            "pidMode and ipcMode task are not supported on " + architecture);
        };
    }

    private static byte[] elf(int machine, byte[] code) {
        int size = CODE_AT + code.length;
        ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        file.put(HexFormat.of().parseHex("7f454c46020101000000000000000000"));
        file.putShort((short) 2).putShort((short) machine).putInt(1);
        file.putLong(LOAD_ADDRESS + CODE_AT).putLong(ELF_HEADER).putLong(0).putInt(0);
        file.putShort((short) ELF_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 1);
        file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        // One segment, readable and executable: the whole file.
        file.putInt(1).putInt(5).putLong(0).putLong(LOAD_ADDRESS).putLong(LOAD_ADDRESS);
        file.putLong(size).putLong(size).putLong(0x1000);
        return file.put(code).array();
    }

    /** Adds a file in the ustar format; one without a name is the end of the archive. */
    private static void add(ByteArrayOutputStream archive, @Nullable String name, byte[] content) {
        if (name == null) {
            archive.writeBytes(new byte[2 * TAR_BLOCK]);
            return;
        }
        ByteBuffer header = ByteBuffer.allocate(TAR_BLOCK);
        put(header, 0, name);
        put(header, 100, "0000755\0" + "0000000\0" + "0000000\0");
        put(header, 124, "%011o\0%011o\0".formatted(content.length, 0));
        put(header, 148, "        0");
        put(header, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte one : header.array()) {
            sum += one & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        archive.writeBytes(header.array());
        archive.writeBytes(content);
        archive.writeBytes(new byte[(TAR_BLOCK - content.length % TAR_BLOCK) % TAR_BLOCK]);
    }

    private static void put(ByteBuffer header, int at, String text) {
        header.put(at, text.getBytes(StandardCharsets.US_ASCII));
    }
}
