package io.gantry.control.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.time.LoopThread;
import io.gantry.control.World;
import io.gantry.control.live.LiveStore.Notice;
import io.gantry.control.session.Sessions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SessionMessengerTest {
    private final World world = new World();

    private static GantryStreamMessage order() {
        return new GantryStreamMessage(
                "m",
                "s",
                "http://n1/",
                "logs",
                "arn:x",
                "main",
                List.of(),
                false,
                0,
                0,
                false,
                5,
                null,
                false);
    }

    @Test
    void whatIsForAWorkerOfAnotherNodeGoesThroughTheLiveStore() {
        try (LoopThread loop = new LoopThread("test")) {
            var sessions = new Sessions(world.log, world.log, world.live, world.time, loop, "n1");
            var messenger = new SessionMessenger(sessions, world.live);
            List<Notice> notices = new ArrayList<>();
            world.live.subscribe(notices::add);
            var worker = world.worker();

            assertThat(messenger.tell(worker, order())).isTrue();
            assertThat(notices)
                    .containsExactly(new Notice(worker.toString(), AcsCodec.encode(order())));
            world.live.setJoined(false);
            assertThat(messenger.tell(worker, order())).isFalse();
        }
    }
}
