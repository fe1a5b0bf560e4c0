package dev.usher.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoardTest {
    private static final DemoOptions OPTIONS = new DemoOptions(200, Duration.ofSeconds(10), 20);
    private static final PhaseResult REFUSED = new PhaseResult(
            10_214, 23_001, 0, 14.2, 131.9, 20, Optional.of("ERROR 1040 (08004): Too many connections"), Optional.empty());
    private static final PhaseResult CLEAN = new PhaseResult(14_120, 0, 0, 98, 150, 10, Optional.empty(), Optional.empty());

    @Test
    void putsBothPhasesSideBySideInEightyColumns() {
        List<String> lines = new Board(OPTIONS, new Style(false, true)).summary(new DemoResult(REFUSED, Optional.of(CLEAN)));

        assertThat(lines).allSatisfy(line -> assertThat(line.stripTrailing()).hasSizeLessThanOrEqualTo(80));
        assertThat(lines).map(String::strip)
                .contains("requests served         10,214                      14,120")
                .contains("requests refused        23,001  (69 %)              0")
                .contains("latency p99             132 ms                      150 ms")
                .contains("peak Threads_connected  ████████████████ 20 of 20   ████████░░░░░░░░ 10 of 20")
                .contains("clients saw, direct     ERROR 1040 (08004): Too many connections")
                .contains("clients saw, Usher      no error");
    }

    @Test
    void hasNoEscapeSequencesAndOnlyAsciiWithoutColoursAndBlocks() {
        Snapshot now = new Snapshot(Duration.ofSeconds(4), REFUSED, 18);
        List<String> lines = new Board(OPTIONS, new Style(false, false)).live(Map.of(Phase.DIRECT, now), Phase.DIRECT);
        assertThat(lines).allSatisfy(line -> assertThat(line).matches("\\p{Print}*"));
        assertThat(lines).map(String::strip).contains("4 s of 10 s", "requests a second       2,554");
    }

    @Test
    void coloursDoNotShiftColumns() {
        DemoResult result = new DemoResult(REFUSED, Optional.of(CLEAN));
        List<String> coloured = new Board(OPTIONS, new Style(true, true)).summary(result);
        assertThat(coloured).anyMatch(line -> line.contains("\033["));
        assertThat(coloured).map(line -> line.replaceAll("\033\\[\\d+m", "").stripTrailing())
                .isEqualTo(new Board(OPTIONS, new Style(false, true)).summary(result).stream().map(String::stripTrailing).toList());
    }

    @Test
    void neverRoundsAFewRefusalsToNone() {
        PhaseResult few = new PhaseResult(100_000, 1, 0, 1, 1, 1, Optional.empty(), Optional.empty());
        assertThat(new Board(OPTIONS, new Style(false, false)).summary(new DemoResult(few, Optional.empty())))
                .anyMatch(line -> line.contains("1  (1 %)"));
    }
}
