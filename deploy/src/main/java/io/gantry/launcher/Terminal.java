package io.gantry.launcher;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The terminal that this command was called from, by way of {@code stty}. */
final class Terminal {

    private Terminal() {}

    /** How many characters fit. */
    record Size(int columns, int rows) {

        /** Reads what {@code stty size} prints; null if that says nothing. */
        static @Nullable Size parse(String text) {
            String[] parts = text.strip().split(" ", -1);
            try {
                if (parts.length == 2) {
                    int rows = Integer.parseInt(parts[0]);
                    int columns = Integer.parseInt(parts[1]);
                    return rows > 0 && columns > 0 ? new Size(columns, rows) : null;
                }
            } catch (NumberFormatException noSize) {
                return null;
            }
            return null;
        }
    }

    /** Gives a terminal its settings back. */
    interface Restore extends AutoCloseable {
        @Override
        void close();
    }

    /** Whether both input and output are one. */
    static boolean isThere() {
        return run(List.of("sh", "-c", "test -t 0 && test -t 1")) != null;
    }

    static @Nullable Size size() {
        String text = run(List.of("stty", "size"));
        return text == null ? null : Size.parse(text);
    }

    /** Hands every key on as it is pressed, until it is closed or this process ends. */
    static Restore raw() {
        String before = run(List.of("stty", "-g"));
        if (before == null) {
            throw new Failure("The terminal does not tell its settings; call with --no-tty.");
        }
        Runnable restore = () -> run(List.of("stty", before.strip()));
        Thread hook = Thread.ofPlatform().unstarted(restore);
        Runtime.getRuntime().addShutdownHook(hook);
        run(List.of("stty", "raw", "-echo"));
        return restore::run;
    }

    /** Calls {@code changed} when the terminal's window changes, if this JVM can tell. */
    static void onResize(Runnable changed) {
        // The class is there in every JDK, but javac warns of each mention of it.
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            Terminal.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> {
                                return switch (method.getName()) {
                                    case "handle" -> {
                                        changed.run();
                                        yield null;
                                    }
                                    case "hashCode" -> System.identityHashCode(self);
                                    case "equals" -> isProxy(arguments);
                                    default -> "resize";
                                };
                            });
            Object winch = signal.getConstructor(String.class).newInstance("WINCH");
            signal.getMethod("handle", signal, handler).invoke(null, winch, proxy);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException unable) {
            System.err.println("Changes of the window's size will not be noticed: " + unable);
        }
    }

    /** There is one only. */
    private static boolean isProxy(Object @Nullable [] arguments) {
        return arguments != null
                && arguments[0] != null
                && Proxy.isProxyClass(arguments[0].getClass());
    }

    /** What a command prints that works on this process's input, or null if it fails. */
    private static @Nullable String run(List<String> command) {
        boolean asksForOutput = command.getFirst().equals("sh");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectInput(Redirect.INHERIT)
                            .redirectOutput(asksForOutput ? Redirect.INHERIT : Redirect.PIPE)
                            .redirectError(Redirect.DISCARD)
                            .start();
            byte[] output = process.getInputStream().readAllBytes();
            return process.waitFor() == 0 ? new String(output, StandardCharsets.UTF_8) : null;
        } catch (IOException missing) {
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
