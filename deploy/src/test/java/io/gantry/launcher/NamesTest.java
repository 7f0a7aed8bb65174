package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NamesTest {
    private static final String ONE = "arn:aws:ecs:us-east-1:1:task/demo/00aa11";
    private static final String TWO = "arn:aws:ecs:us-east-1:1:task/demo/00bb22";

    @Test
    void theBeginningOfAnIdIsEnoughIfItIsTheOnlyOne() {
        List<String> arns = List.of(ONE, TWO);
        assertThat(Names.find("task", "00a", arns)).isEqualTo(ONE);
        assertThat(Names.find("task", "00BB", arns)).isEqualTo(TWO);
        assertThat(Names.find("task", TWO, arns)).isEqualTo(TWO);
        assertThat(Names.find("task", "1", arns)).isNull();
        assertThat(Names.find("task", "", arns)).isNull();
        assertThat(Names.find("task", "00a", List.of(ONE, ONE))).isEqualTo(ONE);
    }

    @Test
    void severalAreNamed() {
        assertThatThrownBy(() -> Names.find("worker", "00", List.of(ONE, TWO)))
                .isInstanceOf(Failure.class)
                .hasMessage("Several workers begin with '00': 00aa11, 00bb22");
    }
}
