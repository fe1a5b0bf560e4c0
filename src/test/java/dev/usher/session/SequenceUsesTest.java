package dev.usher.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.session.SequenceUses.Draw;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequenceUsesTest {
    private static Draw draw(String sql) {
        return SequenceUses.draw(sql.getBytes(StandardCharsets.UTF_8), LexMode.DEFAULT, "d");
    }

    @Test
    void namesWhatOneStatementDraws() {
        assertThat(draw("SELECT NEXTVAL(s)")).isEqualTo(new Draw(List.of("`d`.`s`"), true));
        assertThat(draw("SELECT NEXT VALUE FOR e.s FROM t;")).isEqualTo(new Draw(List.of("`e`.`s`"), false));
    }

    @Test
    void doesNotFollowSequencesThroughSeveralStatements() {
        assertThat(draw("SELECT NEXTVAL(s); SELECT 1")).isNull();
    }

    @Test
    void takesAColumnForNoSequence() {
        assertThat(draw("UPDATE seq s SET s.nextval = s.nextval + 1; SELECT 1")).extracting(Draw::sequences).isEqualTo(List.of());
    }
}
