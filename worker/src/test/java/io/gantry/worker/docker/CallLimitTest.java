package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CallLimitTest {

    @ParameterizedTest
    @CsvSource({
        "GET,    /_ping,                          PT5S,   pinging",
        "GET,    /containers/json?all=true,       PT1M,   listing",
        "GET,    /images/json,                    PT1M,   listing",
        "GET,    /containers/0123/json,           PT30S,  inspecting",
        "GET,    /images/127.0.0.1:5000/a/b/json, PT30S,  inspecting",
        "POST,   /containers/create?name=x,       PT4M,   created",
        "POST,   /v1.41/containers/create,        PT4M,   created",
        "POST,   /volumes/create,                 PT4M,   created",
        "POST,   /containers/0123/start,          PT3M,   started",
        "POST,   /containers/0123/kill,           PT2M,   stopped",
        "DELETE, /containers/0123?force=true,     PT5M,   removing",
    })
    void everyCallHasALimit(String method, String path, Duration limit, String transition) {
        assertThat(CallLimit.of(method, path)).isEqualTo(new CallLimit(limit, transition, false));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /events?filters=x",
        "POST, /images/create?fromImage=x",
        "POST, /v1.41/images/create?fromImage=x",
        "GET,  /containers/0123/logs?follow=true",
        "GET,  /containers/0123/stats",
        "POST, /exec/0123/start",
    })
    void streamsMayGoOnOnceTheyHaveBegun(String method, String path) {
        assertThat(CallLimit.of(method, path).streams()).isTrue();
    }

    @Test
    void durationsAreWrittenAsGoWritesThem() {
        assertThat(CallLimit.text(Duration.ofSeconds(30))).isEqualTo("30s");
        assertThat(CallLimit.text(Duration.ofMinutes(4))).isEqualTo("4m0s");
        assertThat(CallLimit.text(Duration.ofHours(2))).isEqualTo("2h0m0s");
    }
}
