package io.gantry.common.acs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.MutableConfigOverride;
import tools.jackson.databind.json.JsonMapper;

/**
 * How the records of this package look as JSON. Also for whoever stores them: unknown members are
 * ignored, absent collections are empty.
 */
public final class AcsJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .changeDefaultPropertyInclusion(
                            inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
                    .withConfigOverride(List.class, AcsJson::absentWhenEmpty)
                    .withConfigOverride(Map.class, AcsJson::absentWhenEmpty)
                    .build();

    private AcsJson() {}

    public static JsonMapper mapper() {
        return MAPPER;
    }

    private static void absentWhenEmpty(MutableConfigOverride override) {
        override.setNullHandling(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY, Nulls.SKIP));
        override.setInclude(
                JsonInclude.Value.construct(
                        JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS));
    }
}
