package io.gantry.common.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcrImageTest {

    @ParameterizedTest
    @CsvSource({
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app, eu-west-1",
        "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/team/app:1, us-gov-west-1",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1, cn-north-1",
        "123456789012.dkr-ecr.eu-west-1.on.aws/app@sha256:00, eu-west-1",
    })
    void aPrivateRegistryIsKnownByItsName(String image, String region) {
        assertThat(EcrImage.parse(image)).isEqualTo(new EcrImage("123456789012", region));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "busybox",
                "public.ecr.aws/nginx/nginx:1",
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
                "12345.dkr.ecr.eu-west-1.amazonaws.com/app",
                "mirror.example.com/123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
            })
    void otherRegistriesAreNot(String image) {
        assertThat(EcrImage.parse(image)).isNull();
    }
}
