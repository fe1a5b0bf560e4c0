package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.config.ConfigException;
import dev.usher.config.ListenAddress;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenIT {
    @TempDir
    private Path state;

    @Test
    void aSecondUsherOnThePortOfARunningOneDoesNotStart() {
        TestServer server = TestServers.find(ServerKind.EMBEDDED).orElseThrow();
        try (RunningUsher first = RunningUsher.before(server.port(), state, config -> config)) {
            ListenAddress same = new ListenAddress.Tcp("127.0.0.1", first.address().getPort());

            assertThatThrownBy(() -> RunningUsher.before(server.port(), state, config -> config.withListen(same)).close())
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("can not listen on 127.0.0.1:" + first.address().getPort());
            assertThat(first.status("clients_connected")).isZero();
        }
    }
}
