package io.gantry.common.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamControlTest {

    @Test
    void everyControlSurvivesARoundTrip() {
        for (StreamControl control :
                List.of(
                        new StreamControl.Resize(120, 40),
                        new StreamControl.StdinClosed(),
                        new StreamControl.Exit(137),
                        new StreamControl.Failure("no such \"container\""))) {
            assertThat(StreamControl.decode(control.encode())).isEqualTo(control);
        }
    }

    @Test
    void whatIsNotUnderstoodIsNothing() {
        assertThat(StreamControl.decode("{\"type\":\"later\"}")).isNull();
        assertThat(StreamControl.decode("{not json")).isNull();
        assertThat(Channel.of((byte) 3)).isNull();
    }

    @Test
    void aMessageBeginsWithItsChannel() {
        byte[] message = Channel.STDERR.message(new byte[] {7, 8, 9}, 1, 2);
        assertThat(message).containsExactly(2, 8, 9);
        assertThat(Channel.of(message[0])).isEqualTo(Channel.STDERR);
    }

    @Test
    void theOrderForAWorkerSurvivesARoundTrip() {
        var order =
                new GantryStreamMessage(
                        "m",
                        "s",
                        "http://n1:8700/gantry/streams/worker?stream=s",
                        GantryStreamMessage.EXEC,
                        "arn:aws:ecs:us-east-1:1:task/demo/t",
                        "web",
                        List.of("sh", "-c", "echo \"$HOME\""),
                        true,
                        80,
                        24,
                        false,
                        null,
                        null,
                        false);
        assertThat(AcsCodec.decode(AcsCodec.encode(order))).isEqualTo(order);
    }
}
