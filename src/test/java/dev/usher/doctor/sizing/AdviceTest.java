package dev.usher.doctor.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.doctor.facts.Platform;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdviceTest {
    @Test
    void aPoolIsTheBetterAnswerWhereFewConnectionsRunAnything() {
        assertThat(PoolAdvice.of(server("10.11.6-MariaDB", Map.of(), Map.of("threads_connected", "150")), 6, 300)).get().asString()
                .contains("Of 150 connections at most 6 ran a statement at once: about 12");
        assertThat(PoolAdvice.of(server("10.11.6-MariaDB", Map.of(), Map.of("threads_connected", "150")), 120, 300)).isEmpty();
    }

    @Test
    void aThreadPoolIsNotAdvisedForFewConnections() {
        ThreadPoolAdvice advice = ThreadPoolAdvice.of(server("10.11.6-MariaDB", Map.of(), Map.of()), 4, 3, 200);

        assertThat(advice.verdict()).contains("would gain nothing");
        assertThat(advice.settings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10.3.39-MariaDB, false", "10.4.1-MariaDB, false", "5.5.5-10.6.16-MariaDB, true", "11.8.2-MariaDB, true"})
    void theDedicatedListenerCameWith105(String version, boolean has) {
        ThreadPoolAdvice advice = ThreadPoolAdvice.of(server(version, Map.of(), Map.of()), 8, 60, 2000);

        assertThat(advice.settings()).contains("thread_handling = pool-of-threads", "thread_pool_size = 8", "extra_port = 3307");
        assertThat(advice.settings().contains("thread_pool_dedicated_listener = ON")).isEqualTo(has);
    }

    @Test
    void aThreadPoolWithTheOldLimitOfThreadsIsNamed() {
        ServerFacts server =
                server("10.11.6-MariaDB", Map.of("thread_handling", "pool-of-threads", "thread_pool_max_threads", "1000"), Map.of());

        assertThat(ThreadPoolAdvice.of(server, 4, 3, 2000).settings()).containsExactly("thread_pool_max_threads = 65536");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OWN")
    void everyCloudHasItsCommand(Platform platform) {
        assertThat(ManagedWay.command(platform, 600)).contains("max_connections").contains("600");
        assertThat(ManagedWay.hint(platform)).isNotEmpty();
    }

    @Test
    void sizesHaveUnits() {
        assertThat(ByteSize.parse("16G")).isEqualTo(16L << 30);
        assertThat(ByteSize.parse("1.5GiB")).isEqualTo(3L << 29);
        assertThatThrownBy(() -> ByteSize.parse("16")).hasMessageContaining("with its unit");
    }

    @Test
    void percentilesAreWeighted() {
        Percentile percentile = new Percentile();
        percentile.add(10, 99);
        percentile.add(1000, 1);
        assertThat(percentile.at(99)).hasValue(10);
        assertThat(percentile.at(100)).hasValue(1000);
        assertThat(percentile.atLeast(101).at(99)).isEmpty();
    }

    private static ServerFacts server(String version, Map<String, String> variables, Map<String, String> status) {
        return new ServerFacts(version.contains("MariaDB"), version, variables, status);
    }
}
