package io.gantry.control.core.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.state.Task.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
    private final Lab lab = new Lab(1);
    private final WorkerId worker =
            lab.worker(
                    4096,
                    4096,
                    Map.of(
                            "ecs.instance-type", "t2.small",
                            "ecs.availability-zone", "us-east-1a",
                            "stack", "",
                            "kernel", "5.10",
                            "team", "a b"));

    private boolean holds(String query) {
        return Query.parse(query).matches(lab.machine(worker));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attribute:ecs.instance-type == t2.small",
                "attribute:ecs.instance-type equals t2.small",
                "attribute:ecs.instance-type!='m5.large'",
                "attribute:ecs.instance-type not_equals m5.large",
                "attribute:ecs.instance-type =~ t2.*",
                "attribute:ecs.instance-type matches 't2\\.(small|medium)'",
                "attribute:ecs.instance-type !~ g2.*",
                "attribute:ecs.instance-type not_matches g2.*",
                "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
                "attribute:ecs.availability-zone in ['us-east-1a','x']",
                "attribute:ecs.availability-zone !in [us-east-1c]",
                "attribute:ecs.availability-zone not_in [us-east-1c]",
                "attribute:stack exists",
                "attribute:stack == ''",
                "attribute:none !exists",
                "attribute:none not_exists",
                "attribute:none != v",
                "attribute:none !in [v]",
                "attribute:none !~ v",
                "attribute:kernel > 5.9",
                "attribute:kernel greater_than_equal 5.10",
                "attribute:kernel less_than 5.11",
                "attribute:kernel less_than_equal 6",
                "attribute:team == 'a b'",
                "agentConnected == true",
                "agentConnected in [true]",
                "agentVersion >= 0.9.10",
                "agentVersion < 1.0.1",
                "agentVersion == 1.0",
                "runningTasksCount == 0",
                "runningTasksCount < 1",
                "task:group !exists",
                "task:group != service:web",
                "ec2InstanceId =~ [0-9a-f]{32}",
                "registeredAt >= 1970-01-01",
                "registeredAt < 2970-01-01T00:00:00Z",
                "registeredAt < 2970-01-01T00:00:00",
                "registeredAt < 2970-01-01T00:00:00+02:00",
                "not(attribute:none exists)",
                "!(attribute:none exists) && attribute:stack exists",
                "! attribute:none exists and not attribute:other exists",
                "attribute:none exists or attribute:stack exists",
                "attribute:none exists||attribute:stack exists",
                "attribute:none exists and attribute:none exists or attribute:stack exists",
                "(attribute:stack exists)",
                "((attribute:stack exists) AND (agentConnected == true))",
            })
    void itMeansTheMachine(String query) {
        assertThat(holds(query)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attribute:none == v",
                "attribute:none =~ .*",
                "attribute:none > 1",
                "attribute:none in [v]",
                "attribute:none exists",
                "attribute:ecs.instance-type =~ t2",
                "attribute:stack exists and (attribute:none exists or attribute:none exists)",
                "agentConnected == false",
                "agentVersion > 1.0.0",
                "runningTasksCount >= 1",
                "task:group == service:web",
                "registeredAt > 2970-01-01",
            })
    void itMeansOthers(String query) {
        assertThat(holds(query)).isFalse();
    }

    @Test
    void groupsAndCountsAreThoseOfTasksThatShouldRun() {
        var definition = lab.definition("app", Lab.SMALL);
        var task = lab.started(lab.apply(lab.run(definition, worker, null)));
        assertThat(holds("task:group == family:app")).isTrue();
        assertThat(holds("task:group in [x, family:app]")).isTrue();
        assertThat(holds("task:group =~ family:.*")).isTrue();
        assertThat(holds("not(task:group == family:app)")).isFalse();
        assertThat(holds("runningTasksCount == 0")).isTrue();
        lab.observe(task, Status.RUNNING, null);
        assertThat(holds("runningTasksCount == 1")).isTrue();
        lab.observe(task, Status.STOPPED, 0);
        assertThat(holds("task:group == family:app")).isFalse();
        assertThat(holds("runningTasksCount == 0")).isTrue();
    }

    @Test
    void aDayIsTheWholeDay() {
        assertThat(Moment.of("1970-01-02").compareTo(86_400_000L)).isZero();
        assertThat(Moment.of("1970-01-02").compareTo(2 * 86_400_000L - 1)).isZero();
        assertThat(Moment.of("1970-01-02").compareTo(86_399_999L)).isPositive();
        assertThat(Moment.of("1970-01-01T00:00:01Z").compareTo(1_999)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "; Expected a subject, one of agentConnected, ; 1",
                "x == y; not 'x'; 1",
                "attribute: == y; Expected a subject; 1",
                "agentConnected; Expected an operator after 'agentConnected', one of ==; 15",
                "agentConnected == maybe; Expected true or false, not 'maybe'; 19",
                "agentConnected > true; cannot be compared with '>'; 16",
                "attribute:a ==; Expected a value, not the end; 15",
                "attribute:a == 'b; The quote is never closed; 16",
                "attribute:a in b; Expected a list such as [a, b]; 16",
                "attribute:a in [b; The list is never closed; 16",
                "attribute:a in [b c]; Expected ',' or ']', not 'c'; 19",
                "attribute:a in []; Expected a value, not ']'; 17",
                "(attribute:a exists; The parenthesis is never closed; 1",
                "attribute:a exists); Expected 'and', 'or' or the end, not ')'; 19",
                "attribute:a exists attribute:b exists; Expected 'and', 'or' or the end; 20",
                "attribute:a exists and; Expected a subject; 23",
                "runningTasksCount > many; Expected a number of tasks, not 'many'; 21",
                "agentVersion > new; Expected a version such as 1.75.0, not 'new'; 16",
                "registeredAt > today; Expected a date such as; 16",
                "attribute:a =~ *; The pattern has nothing to repeat; 16",
                "attribute:a =~ '(a'; The pattern has a '(' that is never closed; 16",
                "attribute:a =~ '(?=a)'; a group of a kind that is not supported; 16",
                "attribute:a =~ '(a)\\1'; has '\\1', which is not supported; 16",
            })
    void mistakesAreToldWithTheirPlaces(String query, String complaint, int position) {
        assertThatThrownBy(() -> Query.parse(query == null ? "" : query))
                .isInstanceOfSatisfying(
                        QueryException.class,
                        fault -> assertThat(fault.position()).isEqualTo(position))
                .hasMessageContaining(complaint)
                .hasMessageEndingWith(" at position " + position + ".");
    }

    @Test
    void sizesAreLimited() {
        assertThatThrownBy(() -> Query.parse("a".repeat(2_001))).isInstanceOf(QueryException.class);
        assertThatThrownBy(() -> Query.parse("(".repeat(1_900)))
                .isInstanceOf(QueryException.class)
                .hasMessageContaining("too much within each other");
        assertThatThrownBy(() -> Query.parse("!".repeat(1_900))).isInstanceOf(QueryException.class);
        assertThatThrownBy(() -> Query.parse("attribute:a =~ '((a{100}){100}){100}'"))
                .isInstanceOf(QueryException.class)
                .hasMessageContaining("repeats too much");
    }
}
