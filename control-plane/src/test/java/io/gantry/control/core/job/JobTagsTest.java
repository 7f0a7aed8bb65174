package io.gantry.control.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.JobTags;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.Tag;

class JobTagsTest {
    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static JobTags terms(String key, String value) {
        return JobTags.of(List.of(tag(key, value)));
    }

    @Test
    void tagsSayWhatIsAskedFor() {
        assertThat(terms(JobTags.WAIT, "10m").waitMillis()).isEqualTo(600_000);
        assertThat(terms(JobTags.TIMEOUT, "1h").timeoutMillis()).isEqualTo(3_600_000);
        assertThat(terms(JobTags.RETRIES, "3").retries()).isEqualTo(3);
        assertThat(terms(JobTags.QUEUE, "etl:2").queue()).isEqualTo(new JobTags.Queue("etl", 2));
        assertThat(terms(JobTags.QUEUE, "etl").queue()).isEqualTo(new JobTags.Queue("etl", 1));
        assertThat(terms("other", "1h").isNone()).isTrue();
        assertThat(terms(JobTags.RETRIES, "0").isNone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "gantry:wait-for-capacity, 10",
        "gantry:wait-for-capacity, 0s",
        "gantry:wait-for-capacity, 8d",
        "gantry:wait-for-capacity, never",
        "gantry:timeout, 31d",
        "gantry:timeout, -1h",
        "gantry:timeout, 1.5h",
        "gantry:retries, 11",
        "gantry:retries, -1",
        "gantry:retries, three",
        "gantry:queue, a b",
        "gantry:queue, etl:0",
        "gantry:queue, etl:10001",
        "gantry:queue, etl:two",
        "gantry:queue, :2"
    })
    void malformedValuesAreNamedWithTheirTags(String key, String value) {
        assertThat(GantryTag.complaint(tag(key, value), GantryTag.Place.TASK))
                .contains("'" + value + "'")
                .contains(key)
                .contains("such as");
        assertThat(terms(key, value).isNone()).isTrue();
    }

    @Test
    void goodValuesAndOtherTagsAreNotComplainedOf() {
        assertThat(GantryTag.complaint(tag(JobTags.WAIT, "7d"), GantryTag.Place.TASK)).isNull();
        assertThat(GantryTag.complaint(tag(JobTags.TIMEOUT, "30d"), GantryTag.Place.TASK)).isNull();
        assertThat(GantryTag.complaint(tag(JobTags.RETRIES, "10"), GantryTag.Place.TASK)).isNull();
        assertThat(
                        GantryTag.complaint(
                                tag(JobTags.QUEUE, "nightly_1-b:10000"), GantryTag.Place.TASK))
                .isNull();
        assertThat(GantryTag.complaint(tag("team", "anything"), GantryTag.Place.TASK)).isNull();
    }
}
