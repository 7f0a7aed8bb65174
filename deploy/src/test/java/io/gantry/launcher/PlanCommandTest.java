package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void stepsAreShownInTheirOrderThenWhatIsSaid() {
        var answer =
                JSON.readTree(
                        """
                        {"settled": true, "steps": [
                          {"afterSeconds": 0, "events": ["(service web) has started 1 task."],
                           "started": [{"group": "service:web", "definition": "web:2",
                                        "worker": "0a", "task": "1"}], "stopped": []},
                          {"afterSeconds": 50, "events": [], "started": [],
                           "stopped": [{"group": "service:web", "definition": "web:1",
                                        "worker": "0b", "task": "2"}]}]}
                        """);
        assertThat(PlanCommand.text(answer, Map.of("0a", "w1")).lines())
                .containsExactly(
                        "AFTER  WHAT   GROUP        DEFINITION  WORKER",
                        "0 s    start  service:web  web:2       w1",
                        "50 s   stop   service:web  web:1       0b",
                        "   0 s  (service web) has started 1 task.");
    }

    @Test
    void nothingIsSaidToBeNothing() {
        assertThat(PlanCommand.text(JSON.readTree("{\"steps\": []}"), Map.of()))
                .startsWith("Nothing would happen.");
    }

    @Test
    void workersAreShownByRankWithReasons() {
        var answer =
                JSON.readTree(
                        """
                        {"criteria": ["spread(instanceId)"], "workers": [
                          {"id": "0a", "zone": "a", "chosen": true, "rank": 1,
                           "rates": ["0 here"], "against": []},
                          {"id": "0b", "zone": "", "chosen": false, "rank": 0, "rates": [],
                           "against": ["is DRAINING", "has 1 CPU units free, 2 are needed"]}]}
                        """);
        assertThat(WhyCommand.table(answer, Map.of("0a", "w1")).toString().lines())
                .containsExactly(
                        "RANK  WORKER  ZONE           spread(instanceId)",
                        "1     w1      a     runs it  0 here",
                        "-     0b                     is DRAINING; has 1 CPU units free, 2 are needed");
    }
}
