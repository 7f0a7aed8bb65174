package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectExecResponse;
import com.github.dockerjava.api.command.LogContainerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.OtherEnd;
import io.gantry.worker.runtime.OtherEnd.Output;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs and commands of an engine's containers. */
final class DockerStreams implements ContainerStreams {
    private static final Logger log = LoggerFactory.getLogger(DockerStreams.class);
    private static final int PART_BYTES = 32 << 10;
    private static final int FRAME_HEAD_BYTES = 8;
    private static final int STDERR = 2;
    private static final Duration END_LIMIT = Duration.ofSeconds(10);
    private static final long STEP_NANOS = 20_000_000;

    private final DockerClient client;

    DockerStreams(DockerClient client) {
        this.client = client;
    }

    @Override
    public boolean terminals() {
        return true;
    }

    @Override
    public void logs(String runtimeId, LogsAsk ask, OtherEnd other)
            throws IOException, InterruptedException {
        LogContainerCmd command =
                client.logContainerCmd(runtimeId)
                        .withStdOut(true)
                        .withStdErr(true)
                        .withFollowStream(ask.follow())
                        .withTimestamps(ask.timestamps());
        Integer tail = ask.tail();
        if (tail != null) {
            command.withTail(tail);
        }
        Long since = ask.sinceSeconds();
        if (since != null) {
            command.withSince((int) Math.min(Integer.MAX_VALUE, since));
        }
        try (Copy copy = new Copy(other)) {
            other.onLeft(() -> closeQuietly(copy));
            command.exec(copy);
            copy.awaitCompletion();
            RuntimeException failure = copy.failure;
            if (failure != null && !other.hasLeft()) {
                throw refused(failure);
            }
        } catch (DockerException | UncheckedIOException refused) {
            if (!other.hasLeft()) {
                throw refused(refused);
            }
        }
    }

    private static void closeQuietly(Copy copy) {
        try {
            copy.close();
        } catch (IOException failure) {
            log.atDebug().setCause(failure).log("logs not closed");
        }
    }

    private static IOException refused(RuntimeException failure) {
        String text = String.valueOf(failure.getMessage());
        return failure instanceof NotFoundException
                ? new IOException("The container has been removed from the machine.", failure)
                : new IOException(EngineSocket.message(text, text), failure);
    }

    /** Waits for the other end with each part, and so does the engine. */
    private static final class Copy extends ResultCallback.Adapter<Frame> {
        private final OtherEnd other;
        private volatile @Nullable RuntimeException failure;

        private Copy(OtherEnd other) {
            this.other = other;
        }

        @Override
        public void onNext(Frame frame) {
            Output output =
                    frame.getStreamType() == StreamType.STDERR ? Output.STDERR : Output.STDOUT;
            try {
                other.write(output, frame.getPayload(), frame.getPayload().length);
            } catch (IOException left) {
                throw new UncheckedIOException(left);
            }
        }

        /** The library would log it as an error of this worker's. */
        @Override
        public void onError(Throwable problem) {
            if (failure == null) {
                failure =
                        problem instanceof RuntimeException known
                                ? known
                                : new IllegalStateException(
                                        String.valueOf(problem.getMessage()), problem);
            }
            onComplete();
        }
    }

    @Override
    public int exec(String runtimeId, ExecAsk ask, OtherEnd other)
            throws IOException, InterruptedException {
        String execId;
        try {
            execId =
                    client.execCreateCmd(runtimeId)
                            .withAttachStdin(true)
                            .withAttachStdout(true)
                            .withAttachStderr(true)
                            .withTty(ask.tty())
                            .withCmd(ask.command().toArray(String[]::new))
                            .exec()
                            .getId();
        } catch (DockerException refused) {
            throw refused(refused);
        }
        try (EngineSocket socket =
                EngineSocket.start(DockerConnection.settings(), execId, ask.tty())) {
            if (ask.tty()) {
                resize(execId, ask.columns(), ask.rows());
                other.onResize((columns, rows) -> resize(execId, columns, rows));
            }
            Thread.startVirtualThread(() -> type(other, socket));
            other.onLeft(() -> leave(execId, runtimeId, socket));
            copy(socket.output(), ask.tty(), other);
            return exitCode(execId);
        } catch (DockerException refused) {
            throw refused(refused);
        }
    }

    private void resize(String execId, int columns, int rows) {
        if (columns <= 0 || rows <= 0) {
            return;
        }
        try {
            client.resizeExecCmd(execId).withSize(rows, columns).exec();
        } catch (DockerException ended) {
            log.atDebug().setCause(ended).log("terminal not resized");
        }
    }

    private static void type(OtherEnd other, EngineSocket socket) {
        byte[] part = new byte[PART_BYTES];
        InputStream input = other.input();
        try {
            int length = input.read(part);
            while (length >= 0) {
                socket.write(part, length);
                length = input.read(part);
            }
            socket.endInput();
        } catch (IOException ended) {
            log.atDebug().setCause(ended).log("a command takes no more input");
        }
    }

    /** A terminal's output comes as it is, other output in frames. */
    private static void copy(InputStream from, boolean tty, OtherEnd other) throws IOException {
        byte[] part = new byte[PART_BYTES];
        if (tty) {
            int length = from.read(part);
            while (length >= 0) {
                other.write(Output.STDOUT, part, length);
                length = from.read(part);
            }
            return;
        }
        byte[] head = from.readNBytes(FRAME_HEAD_BYTES);
        while (head.length == FRAME_HEAD_BYTES) {
            Output output = head[0] == STDERR ? Output.STDERR : Output.STDOUT;
            long left = Integer.toUnsignedLong(ByteBuffer.wrap(head).getInt(4));
            while (left > 0) {
                int length = from.read(part, 0, (int) Math.min(left, part.length));
                if (length < 0) {
                    throw new IOException("The engine broke off in the middle of the output.");
                }
                other.write(output, part, length);
                left -= length;
            }
            head = from.readNBytes(FRAME_HEAD_BYTES);
        }
    }

    /** The engine writes the code down a little after the output has ended. */
    private int exitCode(String execId) throws IOException {
        long end = System.nanoTime() + END_LIMIT.toNanos();
        while (true) {
            InspectExecResponse seen = client.inspectExecCmd(execId).exec();
            Long code = seen.getExitCodeLong();
            if (!Boolean.TRUE.equals(seen.isRunning()) && code != null) {
                return code.intValue();
            }
            if (System.nanoTime() > end || Thread.interrupted()) {
                throw new IOException("The command has closed its output, but has not ended.");
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    private void leave(String execId, String containerId, EngineSocket socket) {
        hangUp(execId, containerId);
        socket.close();
    }

    /** Null once the command has ended. It may already write before the engine tells its number. */
    private @Nullable Long processOf(String execId) {
        long end = System.nanoTime() + END_LIMIT.toNanos();
        while (true) {
            InspectExecResponse seen = client.inspectExecCmd(execId).exec();
            Long pid = seen.getPidLong();
            boolean known = pid != null && pid > 0;
            if (known || seen.getExitCodeLong() != null || System.nanoTime() > end) {
                return known && Boolean.TRUE.equals(seen.isRunning()) ? pid : null;
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    /** The engine leaves a command alone whose caller is gone; nobody could ever reach it again. */
    private void hangUp(String execId, String containerId) {
        try {
            Long pid = processOf(execId);
            if (pid != null) {
                HangUp.process(pid, containerId);
            }
        } catch (DockerException | IOException failure) {
            log.atWarn().addKeyValue("error", failure.getMessage()).log("a command may run on");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
