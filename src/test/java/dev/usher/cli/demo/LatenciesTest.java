package dev.usher.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void isZeroWhenNothingWasCollected() {
        assertThat(latencies.percentile(50)).isEqualTo(Duration.ZERO);
        assertThat(latencies.percentile(99)).isEqualTo(Duration.ZERO);
    }

    @Test
    void isTheOnlyValueForEveryPercentage() {
        latencies.add(Duration.ofMillis(7));
        assertThat(latencies.percentile(0.1)).isEqualTo(Duration.ofMillis(7));
        assertThat(latencies.percentile(100)).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void takesTheNearestRankInWhateverOrderTheValuesCame() {
        List<Integer> millis = new ArrayList<>(IntStream.rangeClosed(1, 5000).boxed().toList());
        Collections.shuffle(millis, new Random(1));
        millis.forEach(value -> latencies.add(Duration.ofMillis(value)));

        assertThat(latencies.percentile(50)).isEqualTo(Duration.ofMillis(2500));
        assertThat(latencies.percentile(99)).isEqualTo(Duration.ofMillis(4950));
        assertThat(latencies.percentile(99.99)).isEqualTo(Duration.ofMillis(5000));
        assertThat(latencies.percentile(100)).isEqualTo(Duration.ofMillis(5000));
    }

    @Test
    void roundsARankBetweenTwoValuesUp() {
        List.of(10, 20, 30).forEach(value -> latencies.add(Duration.ofMillis(value)));
        assertThat(latencies.percentile(50)).isEqualTo(Duration.ofMillis(20));
        assertThat(latencies.percentile(34)).isEqualTo(Duration.ofMillis(20));
        assertThat(latencies.percentile(33)).isEqualTo(Duration.ofMillis(10));
    }
}
