package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.launcher.ClusterWatch.SeenTask;
import io.gantry.launcher.ClusterWatch.View;
import io.gantry.launcher.LeaderWatch.Sighting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ChaosFiguresTest {

    private final List<ChaosCall> calls = new ArrayList<>();
    private final List<Sighting> sightings = new ArrayList<>();
    private final List<View> views = new ArrayList<>();

    @Test
    void aDeadLeaderCostsTheTimeUntilAnotherTakesWrites() {
        write(-40, -30, null);
        write(-20, 900, null);
        write(10, 850, "connection refused");
        read(20, 25, null);
        write(100, 950, null);
        write(980, 990, null);
        sighting(-800, "n2", "n1", 3);
        sighting(400, "n2", null, 3);
        sighting(450, "n1", "n3", 4);
        sighting(700, "n3", "n3", 4);
        sighting(750, "n2", "n3", 4);
        ChaosRound round = round(Set.of("n1"), Set.of(), 3_000L);
        assertThat(round.hitLeader()).isTrue();
        assertThat(round.detectedMillis()).isEqualTo(700);
        assertThat(round.recoveredMillis()).isEqualTo(850);
        assertThat(round.writeGapMillis()).isEqualTo(3_010);
        assertThat(round.calls()).isEqualTo(5);
        assertThat(round.failed()).isEqualTo(1);
        assertThat(round.failedAfterRetry()).isZero();
        assertThat(round.troubles()).containsOnly(Map.entry("connection refused", 1));
        assertThat(round.slowestMillis()).isEqualTo(920);
        assertThat(round.leaderChanges()).isEqualTo(1);
        assertThat(round.wellAfterMillis()).isEqualTo(1_000);
        assertThat(round.tasksReplaced()).isZero();
    }

    @Test
    void theWriteGapBeginsWithTheLastWriteBeforeTheFault() {
        write(-60, -50, null);
        write(-30, -20, null);
        write(5, 580, null);
        for (int i = 600; i <= 4_000; i += 50) {
            write(i - 10, i, null);
        }
        assertThat(round(Set.of("n2"), Set.of(), 3_000L).writeGapMillis()).isEqualTo(600);
    }

    @Test
    void aClusterThatTakesNoWritesHasNotRecovered() {
        write(-30, -20, null);
        calls.add(new ChaosCall(true, at(10), at(3_900), "503 ServerException", null));
        ChaosRound round = round(Set.of("n1", "n2"), Set.of(), null);
        assertThat(round.recoveredMillis()).isNull();
        assertThat(round.detectedMillis()).isNull();
        assertThat(round.wellAfterMillis()).isNull();
        assertThat(round.failedAfterRetry()).isEqualTo(1);
        assertThat(round.writeGapMillis()).isEqualTo(4_020);
    }

    @Test
    void aLostWorkerIsMadeUpForWhenAsManyTasksRunElsewhere() {
        view(-100, true, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        view(200, true, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        view(400, false, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        view(
                900,
                false,
                task("a", "RUNNING", "w1"),
                task("b", "RUNNING", "w2"),
                task("c", "PENDING", "w2"));
        view(1_300, false, task("b", "RUNNING", "w2"), task("c", "RUNNING", "w2"));
        ChaosRound round = round(Set.of(), Set.of("w1"), 3_000L);
        assertThat(round.detectedMillis()).isEqualTo(400);
        assertThat(round.tasksReplaced()).isEqualTo(1);
        assertThat(round.replacedMillis()).isEqualTo(1_300);
        assertThat(round.recoveredMillis()).isEqualTo(1_300);
    }

    @Test
    void aWorkerThatComesBackInTimeHasNothingReplaced() {
        view(-100, true, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        view(400, false, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        view(2_500, true, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        ChaosRound round = round(Set.of(), Set.of("w1"), 3_000L);
        assertThat(round.tasksReplaced()).isZero();
        assertThat(round.replacedMillis()).isNull();
        assertThat(round.recoveredMillis()).isEqualTo(2_500);
    }

    @Test
    void aFaultThatNobodyNoticesIsNotDetected() {
        view(-100, true, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        view(400, true, task("a", "RUNNING", "w1"), task("b", "RUNNING", "w2"));
        ChaosRound round = round(Set.of(), Set.of("w1"), 3_000L);
        assertThat(round.detectedMillis()).isNull();
        assertThat(round.recoveredMillis()).isNull();
    }

    private ChaosRound round(Set<String> nodes, Set<String> workers, @Nullable Long wellMillis) {
        return ChaosFigures.of(
                1,
                new ChaosRecording(
                        nodes,
                        workers,
                        "n1",
                        at(0),
                        at(2_000),
                        wellMillis == null ? null : at(wellMillis),
                        at(4_000),
                        calls,
                        sightings,
                        views));
    }

    /** Measured time may be negative, and may pass zero in the middle of a round. */
    private static long at(long millis) {
        return (millis - 500) * 1_000_000;
    }

    private void write(long start, long end, @Nullable String trouble) {
        calls.add(new ChaosCall(true, at(start), at(end), trouble, at(end)));
    }

    private void read(long start, long end, @Nullable String trouble) {
        calls.add(new ChaosCall(false, at(start), at(end), trouble, at(end)));
    }

    private void sighting(long millis, String node, @Nullable String leader, long term) {
        sightings.add(new Sighting(at(millis), node, leader, term));
    }

    private static SeenTask task(String id, String status, String worker) {
        return new SeenTask(id, "web", status, worker);
    }

    private void view(long millis, boolean connected, SeenTask... tasks) {
        views.add(
                new View(
                        at(millis),
                        Map.of("w1", connected, "w2", true),
                        Map.of("web", 2),
                        List.of(tasks)));
    }
}
