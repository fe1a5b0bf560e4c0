package dev.usher.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.admin.AdminResult.Done;
import dev.usher.admin.AdminResult.Header;
import dev.usher.admin.AdminResult.Refused;
import dev.usher.admin.AdminResult.Rows;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminStatementsTest {
    private final FixedPooler pooler = new FixedPooler();
    private final AdminStatement.Session session =
            new AdminStatement.Session(pooler, "1.2", AdminServer.FIRST_CONNECTION_ID + 1, "admin@127.0.0.1");

    @Test
    void showPoolsHasARowForEachAccount() {
        Rows rows = rows("show  pools ;");

        assertThat(rows.columns()).extracting(Header::name).startsWith("account", "clients_active", "clients_waiting");
        assertThat(rows.rows()).containsExactly(
                List.of("app@10.%", 3L, 2L, 95L, 3L, 0L, 1L, 0L, 4L, 1500L, 1L),
                List.of("report@%", 0L, 0L, 1L, 0L, 1L, 0L, 0L, 4L, 0L, 0L));
    }

    @Test
    void showClientsSaysWhatEachDoesAndWhyItIsPinned() {
        assertThat(rows("SHOW CLIENTS").rows()).containsExactly(
                Arrays.asList(7L, "app@10.%", "10.0.0.5:40112", "shop", "active", 101L, null, 60000L, 3000L, 12L, "TLSv1.3",
                        "zstd", "php"),
                Arrays.asList(8L, "re@port@%", "socket", null, "idle", 102L, "temporary table \"t\" äß", 9000L, 2100L, 0L,
                        null, null, null));
    }

    @Test
    void showServersSaysWhoHasEachOnLease() {
        assertThat(rows("SHOW SERVERS").rows()).containsExactly(Arrays.asList(
                101L, "app@10.%", "leased", 7L, "shop", 300000L, 3000L, 400L, "9f3a", 17L, null));
    }

    @Test
    void showProcesslistUsesTheServersColumns() {
        Rows rows = rows("SHOW FULL PROCESSLIST");

        assertThat(rows.columns()).extracting(Header::name)
                .containsExactly("Id", "User", "Host", "db", "Command", "Time", "State", "Info");
        assertThat(rows.rows()).containsExactly(
                Arrays.asList(7L, "app", "10.0.0.5:40112", "shop", "Query", 3L, "running on server thread 101", null),
                Arrays.asList(8L, "re@port", "socket", null, "Sleep", 2L, "pinned: temporary table \"t\" äß", null));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            SHOW STATUS, 3
            SHOW STATUS LIKE 'clients%', 2
            show global status like 'CLIENTS\\_refused', 1
            SHOW STATUS LIKE 'clients_refuse_', 1
            SHOW STATUS LIKE "server.version", 0
            SHOW STATUS LIKE '', 0
            """)
    void showStatusTakesAPattern(String statement, int matching) {
        assertThat(rows(statement).rows()).hasSize(matching);
    }

    @ParameterizedTest
    @CsvSource({"KILL 7, 7, false", "kill connection 7, 7, false", "KILL QUERY 8;, 8, true", "KILL /* why */ 7, 0, false"})
    void killNamesTheClientConnection(String statement, long id, boolean queryOnly) {
        AdminResult result = AdminStatements.answer(statement, session);

        if (id == 0) {
            assertThat(result).isInstanceOf(Refused.class);
        } else {
            assertThat(result).isEqualTo(Done.SILENTLY);
            assertThat(pooler.killed).containsExactly(new FixedPooler.Killed(id, queryOnly));
        }
    }

    @Test
    void killOfAnUnknownIdIsRefusedAsTheServerDoes() {
        assertThat(AdminStatements.answer("KILL 99", session)).isEqualTo(new Refused(1094, "HY000", "Unknown thread id: 99"));
    }

    @Test
    void aDriverThatCancelsItsOwnAdminStatementHitsNoClient() {
        PoolerView everythingDies = new FixedPooler() {
            @Override
            public KillOutcome kill(long clientId, boolean queryOnly) {
                throw new AssertionError("asked to kill " + clientId);
            }
        };
        var own = new AdminStatement.Session(everythingDies, "1", AdminServer.FIRST_CONNECTION_ID + 1, "admin@::1");

        assertThat(AdminStatements.answer("KILL QUERY " + own.connectionId(), own)).isInstanceOf(Refused.class);
    }

    @Test
    void helpListsWhatAPersonWouldType() {
        assertThat(rows("HELP").rows()).extracting(List::getFirst)
                .contains("SHOW POOLS", "KILL [CONNECTION | QUERY] id", "SHOW STATUS [LIKE 'pattern']")
                .doesNotContain("");
    }

    @Test
    void answersWhatConnectorJAsksAfterALogin() {
        Rows rows = rows("/* mysql-connector-j-9.1.0 (Revision: x) */SELECT  @@session.auto_increment_increment AS"
                + " auto_increment_increment, @@character_set_client AS character_set_client, @@init_connect AS init_connect");

        assertThat(rows.columns()).containsExactly(new Header("auto_increment_increment", true),
                new Header("character_set_client", false), new Header("init_connect", false));
        assertThat(rows.rows()).containsExactly(List.of(1L, "utf8mb4", ""));
    }

    @Test
    void answersWhatClientsAsk() {
        assertThat(rows("select @@version_comment limit 1").rows()).containsExactly(List.of("Usher 1.2, admin statements"));
        assertThat(rows("SELECT 1, 'a, b' AS t").rows()).containsExactly(List.of(1L, "a, b"));
        assertThat(rows("SELECT CONNECTION_ID(), USER()").rows())
                .containsExactly(List.of(session.connectionId(), "admin@127.0.0.1"));
        assertThat(rows("SELECT DATABASE()").rows()).containsExactly(Arrays.asList((Object) null));
        assertThat(rows("SHOW VARIABLES LIKE 'max_allowed%'").rows()).containsExactly(List.of("max_allowed_packet", "16777216"));
        assertThat(AdminStatements.answer("SET NAMES utf8mb4", session)).isEqualTo(Done.SILENTLY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP TABLE x", "SELECT * FROM t", "SELECT SLEEP()", "SHOW POOLS; KILL 7", "KILL 7; KILL 8", "SHOW",
        "KILL 99999999999999999999", "SELECT 'a"})
    void refusesEverythingElse(String statement) {
        assertThat(AdminStatements.answer(statement, session))
                .isEqualTo(new Refused(1064, "42000", "Not an admin statement of Usher; SHOW HELP lists them"));
        assertThat(pooler.killed).isEmpty();
    }

    @Test
    void refusesAnUnknownVariableAsTheServerDoes() {
        assertThat(AdminStatements.answer("SELECT @@no_such", session))
                .isEqualTo(new Refused(1193, "HY000", "Unknown system variable 'no_such'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'", "a", "\\'", "'', "})
    void aLongTextIsRefusedAndNotRecursedOn(String piece) {
        for (int length : new int[]{4000, 100_000}) {
            assertThat(AdminStatements.answer("SELECT 'x" + piece.repeat(length / piece.length()), session)).isInstanceOf(Refused.class);
            assertThat(AdminStatements.answer("SHOW STATUS LIKE '" + piece.repeat(length / piece.length()), session))
                    .isInstanceOf(Refused.class);
        }
    }

    private Rows rows(String statement) {
        return (Rows) AdminStatements.answer(statement, session);
    }
}
