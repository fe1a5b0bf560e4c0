package dev.usher.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TallyTest {
    private final Tally tally = new Tally();

    @Test
    void tellsRefusalsFromOtherErrors() {
        tally.served(Duration.ofNanos(1_234_000));
        tally.failed(new SQLException("Too many connections", "08004", 1040));
        tally.failed(new SQLException("(conn=12) Access denied", "28000", 1045));
        tally.failed(new SQLException("(conn=-1) Gone", "08S01", 2013));

        PhaseResult result = tally.result(17);

        assertThat(result.served()).isEqualTo(1);
        assertThat(result.refused()).isEqualTo(1);
        assertThat(result.errors()).isEqualTo(2);
        assertThat(result.clean()).isFalse();
        assertThat(result.p50Millis()).isEqualTo(1.23);
        assertThat(result.peakThreadsConnected()).isEqualTo(17);
        assertThat(result.firstRefusal()).hasValue("ERROR 1040 (08004): Too many connections");
        assertThat(result.firstError()).hasValue("ERROR 1045 (28000): Access denied");
    }

    @Test
    void showsARefusalWithTheServersOwnStateIfAClientHasSeenOne() {
        tally.failed(new SQLException("Too many connections", "HY000", 1040));
        assertThat(tally.result(0).firstRefusal()).hasValue("ERROR 1040 (HY000): Too many connections");
        tally.failed(new SQLException("Too many connections", "08004", 1040));
        tally.failed(new SQLException("Too many connections", "HY000", 1040));
        assertThat(tally.result(0).firstRefusal()).hasValue("ERROR 1040 (08004): Too many connections");
    }

    @Test
    void aPhaseWithoutFailuresIsClean() {
        tally.served(Duration.ofMillis(1));
        assertThat(tally.result(1).clean()).isTrue();
        assertThat(tally.result(1).firstRefusal()).isEmpty();
    }
}
