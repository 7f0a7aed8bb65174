package io.gantry.launcher;

import io.gantry.common.stream.Channel;
import io.gantry.common.stream.StreamControl;
import io.gantry.launcher.StreamClient.Parameter;
import io.gantry.launcher.StreamClient.StreamRefusedException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Container;

/** What the containers of a task have logged. */
final class TaskLogs {
    private final Remote remote;
    private final String cluster;
    private final Wish wish;
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final OutputStream err = new FileOutputStream(FileDescriptor.err);

    /**
     * How much of them.
     *
     * @param lines the latest so many; null for all
     * @param sinceSeconds of the epoch; null for all
     */
    record Wish(
            boolean follow,
            @Nullable Integer lines,
            @Nullable Long sinceSeconds,
            boolean timestamps) {}

    TaskLogs(Remote remote, String cluster, Wish wish) {
        this.remote = remote;
        this.cluster = cluster;
        this.wish = wish;
    }

    /** Prints; of several containers each line with the container's name before it. */
    int print(String task, @Nullable String container) {
        if (container != null) {
            return end(open(task, container, ""));
        }
        var found = new Finder(remote.reader(), cluster).task(task);
        List<String> names = found.containers().stream().map(Container::name).toList();
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        boolean several = names.size() > 1;
        int code = 0;
        var open = new ArrayList<OpenStream>();
        for (String name : names) {
            String prefix = several ? name + " ".repeat(width - name.length()) + " | " : "";
            try {
                OpenStream stream = open(found.taskArn(), name, prefix);
                if (wish.follow()) {
                    open.add(stream);
                } else {
                    code = Math.max(code, end(stream));
                }
            } catch (Failure refused) {
                System.err.println(prefix + refused.getMessage());
                code = 1;
            }
        }
        for (OpenStream stream : open) {
            code = Math.max(code, end(stream));
        }
        return code;
    }

    private OpenStream open(String task, String container, String prefix) {
        var parameters = new ArrayList<Parameter>();
        parameters.add(new Parameter("cluster", cluster));
        parameters.add(new Parameter("task", task));
        parameters.add(new Parameter("container", container));
        parameters.add(new Parameter("follow", Boolean.toString(wish.follow())));
        parameters.add(new Parameter("timestamps", Boolean.toString(wish.timestamps())));
        if (wish.lines() != null) {
            parameters.add(new Parameter("tail", wish.lines().toString()));
        }
        if (wish.sinceSeconds() != null) {
            parameters.add(new Parameter("since", wish.sinceSeconds().toString()));
        }
        try {
            OpenStream.Sink sink = prefix.isEmpty() ? this::put : new Lines(prefix, this::put);
            return remote.streams().open("logs", parameters, sink);
        } catch (StreamRefusedException refused) {
            throw new Failure(String.valueOf(refused.getMessage()), refused);
        }
    }

    /** Of several containers whole lines arrive, which do not get mixed up. */
    private synchronized void put(Channel channel, byte[] bytes) throws IOException {
        (channel == Channel.STDERR ? err : out).write(bytes);
    }

    private static int end(OpenStream stream) {
        if (stream.awaitEnd() instanceof StreamControl.Failure failure) {
            System.err.println(failure.message());
            return 1;
        }
        return 0;
    }
}
