package io.gantry.launcher;

import io.gantry.common.stream.Channel;
import io.gantry.common.stream.StreamControl;
import io.gantry.launcher.StreamClient.Parameter;
import io.gantry.launcher.StreamClient.StreamRefusedException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a command in a container, with this terminal or with pipes. */
@Command(
        name = "exec",
        customSynopsis = "gantry exec [OPTIONS] TASK [CONTAINER] -- COMMAND [ARGUMENTS]",
        description = {
            "Run a command in a container of a running task.",
            "It gets a terminal if this one is called from a terminal. The exit code is the"
                    + " command's; 1 if it cannot be run."
        })
final class ExecCommand implements Callable<Integer> {
    private static final String NO_TTY = "TtyNotSupportedException";

    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-t", "--tty"},
            description = "give it a terminal, or fail")
    private boolean tty;

    @Option(
            names = {"-T", "--no-tty"},
            description = "pass its input and output through pipes, even in a terminal")
    private boolean noTty;

    @Option(
            names = {"-n", "--no-stdin"},
            description = "give it no input")
    private boolean noStdin;

    @Parameters(
            arity = "1..*",
            paramLabel = "WORD",
            description = {
                "the task, by its ARN, id or the beginning of its id; the container, unless it is"
                        + " the only or the first essential one; -- and the command"
            })
    private List<String> words = List.of();

    /** What the words after the options mean. */
    record Call(String task, @Nullable String container, List<String> command) {

        /**
         * Takes the words apart.
         *
         * @param before how many of them come before the double dash; all if there is none
         */
        static @Nullable Call of(List<String> words, int before) {
            if (before < 1 || before > 2 || words.size() == before) {
                return null;
            }
            return new Call(
                    words.getFirst(),
                    before == 2 ? words.get(1) : null,
                    List.copyOf(words.subList(before, words.size())));
        }
    }

    @Override
    public Integer call() {
        Call call = Call.of(words, wordsBeforeDash());
        if (call == null || (tty && noTty)) {
            throw new ParameterException(
                    spec.commandLine(), "gantry exec TASK [CONTAINER] -- COMMAND [ARGUMENTS]");
        }
        boolean terminal = !noTty && Terminal.isThere();
        if (tty && !terminal) {
            throw new Failure("--tty needs a terminal for both input and output.");
        }
        StreamClient streams = remote.open().streams();
        try {
            return terminal ? inTerminal(streams, call) : piped(streams, call);
        } catch (StreamRefusedException refused) {
            if (!terminal || tty || !refused.code().equals(NO_TTY)) {
                throw new Failure(String.valueOf(refused.getMessage()), refused);
            }
            System.err.println("Its worker has no terminals to give; lines are sent as typed.");
            return pipedOrFailed(streams, call);
        }
    }

    private int pipedOrFailed(StreamClient streams, Call call) {
        try {
            return piped(streams, call);
        } catch (StreamRefusedException refused) {
            throw new Failure(String.valueOf(refused.getMessage()), refused);
        }
    }

    /** The parser drops the double dash, so its place is found in what was given to it. */
    private int wordsBeforeDash() {
        List<String> given = spec.commandLine().getParseResult().originalArgs();
        int dash = given.indexOf("--");
        return dash < 0 ? words.size() : words.size() - (given.size() - dash - 1);
    }

    private List<Parameter> parameters(Call call) {
        var parameters = new ArrayList<Parameter>();
        parameters.add(new Parameter("cluster", remote.cluster()));
        parameters.add(new Parameter("task", call.task()));
        if (call.container() != null) {
            parameters.add(new Parameter("container", call.container()));
        }
        call.command().forEach(word -> parameters.add(new Parameter("command", word)));
        return parameters;
    }

    private int piped(StreamClient streams, Call call) {
        OpenStream stream = streams.open("exec", parameters(call), output());
        if (noStdin) {
            stream.say(new StreamControl.StdinClosed());
        } else {
            type(stream);
        }
        return exitCode(stream.awaitEnd());
    }

    private int inTerminal(StreamClient streams, Call call) {
        List<Parameter> parameters = parameters(call);
        parameters.add(new Parameter("tty", "true"));
        Terminal.Size size = Terminal.size();
        if (size != null) {
            parameters.add(new Parameter("columns", Integer.toString(size.columns())));
            parameters.add(new Parameter("rows", Integer.toString(size.rows())));
        }
        OpenStream stream = streams.open("exec", parameters, output());
        StreamControl end;
        try (Terminal.Restore _ = Terminal.raw()) {
            Terminal.onResize(() -> resized(stream));
            if (!noStdin) {
                type(stream);
            }
            end = stream.awaitEnd();
        }
        return exitCode(end);
    }

    private static void resized(OpenStream stream) {
        Terminal.Size now = Terminal.size();
        if (now != null) {
            stream.say(new StreamControl.Resize(now.columns(), now.rows()));
        }
    }

    private static OpenStream.Sink output() {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        return (channel, bytes) -> (channel == Channel.STDERR ? err : out).write(bytes);
    }

    /** On a thread that ends with this process: nothing interrupts a read of standard input. */
    private static void type(OpenStream stream) {
        Thread.ofPlatform()
                .daemon()
                .name("stdin")
                .start(
                        () -> {
                            try (InputStream in = new FileInputStream(FileDescriptor.in)) {
                                byte[] part = new byte[Channel.LARGEST_PART_BYTES];
                                int length = in.read(part);
                                while (length >= 0) {
                                    stream.type(part, length);
                                    length = in.read(part);
                                }
                            } catch (IOException unreadable) {
                                System.err.println("Standard input: " + unreadable.getMessage());
                            }
                            stream.say(new StreamControl.StdinClosed());
                        });
    }

    private static int exitCode(StreamControl end) {
        return switch (end) {
            case StreamControl.Exit(int code) -> code;
            case StreamControl.Failure failure -> throw StreamClient.failed(failure);
            case StreamControl.Resize _, StreamControl.StdinClosed _ ->
                    throw new IllegalStateException("not an end: " + end);
        };
    }
}
