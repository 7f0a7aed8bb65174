package io.gantry.common.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "busybox, busybox, ",
        "busybox:1.36, busybox, 1.36",
        "library/busybox, library/busybox, ",
        "docker.io/library/busybox:latest, docker.io/library/busybox, latest",
        "host:5000/name, host:5000/name, ",
        "host:5000/name:tag, host:5000/name, tag",
        "host:5000/team/name:v1.2.3-rc_1, host:5000/team/name, v1.2.3-rc_1",
        "[::1]:5000/name:tag, [::1]:5000/name, tag",
        "localhost/name, localhost/name, ",
        "public.ecr.aws/nginx/nginx:1, public.ecr.aws/nginx/nginx, 1",
        "name:, name, ''",
    })
    void tagsAreToldFromPorts(String text, String repository, String tag) {
        ImageReference image = ImageReference.parse(text);
        assertThat(image).isEqualTo(new ImageReference(repository, tag, null));
        assertThat(image.pinnedTo(DIGEST)).isEqualTo(repository + "@" + DIGEST);
    }

    @ParameterizedTest
    @CsvSource({"busybox, ", "host:5000/name:tag, tag"})
    void digestsAreKeptApartFromTags(String name, String tag) {
        ImageReference image = ImageReference.parse(name + "@" + DIGEST);
        assertThat(image.digest()).isEqualTo(DIGEST);
        assertThat(image.tag()).isEqualTo(tag);
        assertThat(image.pinnedTo(DIGEST)).doesNotContain("tag").endsWith("@" + DIGEST);
    }

    @Test
    void onlyWholeDigestsCanBePulled() {
        assertThat(ImageReference.isDigest(DIGEST)).isTrue();
        assertThat(ImageReference.isDigest(DIGEST + "0")).isFalse();
        assertThat(ImageReference.isDigest(DIGEST.toUpperCase(Locale.ROOT))).isFalse();
        assertThat(ImageReference.isDigest("busybox@" + DIGEST)).isFalse();
        assertThat(ImageReference.isDigest("")).isFalse();
    }
}
