package dev.usher.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TestServersIT {
    @ParameterizedTest
    @MethodSource("dev.usher.testing.TestServers#all")
    void letsEveryAccountInAndNobodyWithAWrongPassword(TestServer server) throws SQLException {
        assertThat(server.accounts()).extracting(TestAccount::user).contains("app");
        for (TestAccount account : server.accounts()) {
            String url = "jdbc:mariadb://%s:%d/test?user=%s&sslMode=disable&allowPublicKeyRetrieval=true&password=".formatted(server.host(),
                    server.port(), account.user());
            try (var connection = DriverManager.getConnection(url + account.password());
                    var result = connection.createStatement().executeQuery("SELECT CURRENT_USER()")) {
                result.next();
                assertThat(result.getString(1)).isEqualTo(account.user() + "@%");
            }
            assertThatThrownBy(() -> DriverManager.getConnection(url + "wrong").close()).hasMessageContaining("Access denied");
        }
    }

    @Test
    void aServerOfItsOwnCanBeStoppedAndStartedAgainWithItsData() throws Exception {
        for (ServerKind kind : TestServers.installed()) {
            Path dataDirectory;
            try (TestServer server = TestServers.start(kind, "--max-connections=25")) {
                dataDirectory = server.dataDir();
                try (var connection = server.connect(); var statement = connection.createStatement()) {
                    statement.execute("CREATE TABLE kept (id INT)");
                }
                server.stop();
                assertThatThrownBy(() -> server.connect().close()).isInstanceOf(SQLException.class);
                server.startAgain();
                try (var connection = server.connect();
                        var result = connection.createStatement().executeQuery("SELECT COUNT(*), @@max_connections FROM kept")) {
                    result.next();
                    assertThat(result.getInt(2)).isEqualTo(25);
                }
            }
            assertThat(dataDirectory).doesNotExist();
        }
    }
}
