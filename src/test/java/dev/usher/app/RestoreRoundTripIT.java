package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.HandOver;
import dev.usher.config.ServerTls;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.testing.WireClient;
import dev.usher.testing.WithholdingRelay;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A text statement does not wait for the restore of its session's state: both are under way before the server has answered anything. */
class RestoreRoundTripIT {
    private static final int ROUNDS = 40;

    @TempDir
    private Path state;

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void restoringForATextStatementAddsNoRoundTrip(ServerKind kind) throws Exception {
        TestServer server = TestServers.find(kind).orElseThrow();
        TestAccount account = server.accounts().getFirst();
        DriverManager.getConnection("jdbc:mariadb://127.0.0.1:%d/test?user=%s&password=%s&allowPublicKeyRetrieval=true&sslMode=disable"
                .formatted(server.port(), account.user(), account.password())).close();
        try (WithholdingRelay relay = new WithholdingRelay(server.port());
                RunningUsher usher = RunningUsher.knowing(account, relay.port(), state,
                        config -> config
                                // What goes to the server is read on its way.
                                .withServer(config.server().withTls(ServerTls.DISABLED, Optional.empty()))
                                .withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(3)))) {
            List<WireClient> sessions = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                WireClient session = WireClient.connect(usher.address(), account.user(), account.password(), "test");
                sessions.add(session);
                session.query("SET SESSION time_zone = '+0" + (i + 1) + ":00', group_concat_max_len = " + (2000 + i));
            }
            for (int round = 0; round < ROUNDS; round++) {
                // Until all server connections are there: opening one takes answers.
                sessions.get(round % sessions.size()).query("SELECT @@time_zone");
            }
            long before = usher.status("restores_inline_total");
            long awaited = usher.status("restores_awaited_total");
            for (int round = 0; round < ROUNDS; round++) {
                int i = round % sessions.size();
                String mark = "/* statement " + round + " */";
                relay.withholdUntil(mark);
                String padding = "/* " + "x".repeat(250 * round) + " */"; // in one piece with the restore, and in another one
                String seen = sessions.get(i).query("SELECT CONCAT(@@time_zone, ' ', @@group_concat_max_len) " + mark + padding);
                assertThat(seen).isEqualTo("+0%d:00 %d", i + 1, 2000 + i);
                assertThat(relay.withholds()).isFalse();
            }
            assertThat(usher.status("restores_inline_total") - before).as("statements with a restore").isGreaterThanOrEqualTo(ROUNDS / 2);
            assertThat(usher.status("restores_awaited_total")).isEqualTo(awaited);
            for (WireClient each : sessions) {
                each.close();
            }
        }
    }
}
