package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.stream.Channel;
import io.gantry.launcher.StreamClient.Parameter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of words, lines and sizes before and after they travel. */
final class StreamPartsTest {

    @Test
    void theCommandIsWhatFollowsTheDashes() {
        assertThat(ExecCommand.Call.of(List.of("t1", "sh", "-c", "ls"), 1))
                .isEqualTo(new ExecCommand.Call("t1", null, List.of("sh", "-c", "ls")));
        assertThat(ExecCommand.Call.of(List.of("t1", "web", "ls"), 2))
                .isEqualTo(new ExecCommand.Call("t1", "web", List.of("ls")));
        assertThat(ExecCommand.Call.of(List.of("t1", "web"), 2)).isNull();
        assertThat(ExecCommand.Call.of(List.of("t1", "web", "x", "ls"), 3)).isNull();
    }

    @Test
    void linesOfSeveralContainersAreWholeAndNamed() throws IOException {
        List<String> seen = new ArrayList<>();
        var lines =
                new Lines(
                        "web | ",
                        (channel, bytes) ->
                                seen.add(
                                        channel + ":" + new String(bytes, StandardCharsets.UTF_8)));
        put(lines, Channel.STDOUT, "one\ntw");
        put(lines, Channel.STDERR, "oops\n");
        put(lines, Channel.STDOUT, "o\nthree");
        lines.end();
        assertThat(seen)
                .containsExactly(
                        "STDOUT:web | one\n",
                        "STDERR:web | oops\n",
                        "STDOUT:web | two\n",
                        "STDOUT:web | three\n");
    }

    private static void put(Lines lines, Channel channel, String text) throws IOException {
        lines.put(channel, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aTerminalsSizeIsRead() {
        assertThat(Terminal.Size.parse("24 80\n")).isEqualTo(new Terminal.Size(80, 24));
        assertThat(Terminal.Size.parse("0 0")).isNull();
        assertThat(Terminal.Size.parse("stty: not a terminal")).isNull();
    }

    @Test
    void parametersAreEncodedAsTheyAreSigned() {
        assertThat(
                        StreamClient.query(
                                List.of(
                                        new Parameter("command", "echo"),
                                        new Parameter("command", "a b+c&d/é"))))
                .isEqualTo("command=echo&command=a%20b%2Bc%26d%2F%C3%A9");
    }

    @Test
    void nodesAreUrlsOrAddresses() {
        assertThat(RemoteOptions.node("n1:8700")).hasToString("http://n1:8700");
        assertThat(RemoteOptions.node("https://n1")).hasToString("https://n1");
        assertThatThrownBy(() -> RemoteOptions.node("ftp://n1"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("'ftp://n1'");
    }
}
