package dev.usher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerTest {
    private final Answer answer = new Answer(
            List.of("account", "waiting", "pin"),
            List.of(Arrays.asList("app@%", 12L, null), Arrays.asList("r", 3L, "temporary \"t\"")));

    @Test
    void alignsColumnsForPeople() {
        assertThat(answer.table()).isEqualToNormalizingNewlines("""
                account  waiting  pin
                app@%         12  -
                r              3  temporary "t\"""");
    }

    @Test
    void givesProgramsAnArrayOfObjectsWithRealNumbers() {
        assertThat(answer.json()).isEqualToIgnoringWhitespace("""
                [ { "account": "app@%", "waiting": 12, "pin": null }, { "account": "r", "waiting": 3, "pin": "temporary \\"t\\"" } ]""");
    }
}
