package dev.usher.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.usher.config.HandOver;
import dev.usher.testing.FakeClient;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a statement leaves behind for the next one, compared byte for byte: each script runs on a connection of its own straight to the server, and through an Usher that
 * gives every statement another server connection, on which other sessions have left something else.
 */
class LeftoversIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");

    /** A line is a session. {@code P:} prepares and executes twice, {@code N:} only prepares, {@code C:} is a command in hexadecimal, or an empty packet. */
    private static final String SCRIPTS =
            """
                    SELECT 1 ;; SELECT ROW_COUNT(), FOUND_ROWS()
                    $W ;; SELECT ROW_COUNT()
                    $W ;; SELECT ROW_COUNT()+1 , 'x'
                    $W ;; SELECT IF(ROW_COUNT()>2,'a','b') AS c, 1+ROW_COUNT() d, 5, ROW_COUNT()
                    $W ;; SELECT (SELECT ROW_COUNT()), (SELECT ROW_COUNT() FROM DUAL) x, (ROW_COUNT())
                    $W ;; SELECT * FROM (SELECT ROW_COUNT(), 1 z) q
                    $W ;; SELECT ROW_COUNT() `a b`, ROW_COUNT() 'zz', ROW_COUNT() IS NULL, NOT ROW_COUNT(), -ROW_COUNT(), ROW_COUNT() BETWEEN 1 AND 3
                    $W ;; SELECT CASE ROW_COUNT() WHEN 3 THEN 'x' END, CASE ROW_COUNT() WHEN 3 THEN 'x' END q, CONCAT(ROW_COUNT(),'`'), row_count  (  )
                    $W ;; SELECT NOW() - INTERVAL ROW_COUNT() DAY < NOW(), ROW_COUNT() /* c */ + 1 /* d */, CAST(ROW_COUNT() AS CHAR)
                    $W ;; SELECT 'ROW_COUNT()', "ROW_COUNT()", ROW_COUNT() -- ROW_COUNT()
                    $W ;; (SELECT ROW_COUNT()) UNION (SELECT 77) ;; SELECT FOUND_ROWS()
                    $W ;; SELECT DISTINCT ROW_COUNT() FROM lt GROUP BY ROW_COUNT() HAVING ROW_COUNT()>0 ORDER BY ROW_COUNT() LIMIT 5
                    $W ;; INSERT INTO lt(b) VALUES (ROW_COUNT()) ;; SELECT b FROM lt ORDER BY a DESC LIMIT 1
                    $W ;; INSERT INTO lt(b) SELECT ROW_COUNT() ;; SELECT b FROM lt ORDER BY a DESC LIMIT 1
                    $W ;; UPDATE lt SET b=ROW_COUNT() WHERE a>1 ;; SELECT MAX(b), ROW_COUNT() FROM lt
                    $W ;; SELECT @x := ROW_COUNT()
                    $W ;; CREATE TEMPORARY TABLE ltt AS SELECT ROW_COUNT() ;; SELECT * FROM ltt ;; DROP TEMPORARY TABLE ltt
                    $W ;; EXPLAIN SELECT ROW_COUNT()
                    $W ;; DELETE FROM lt WHERE a>10 ;; SHOW WARNINGS ;; SELECT ROW_COUNT()
                    $W ;; SHOW WARNINGS ;; SHOW WARNINGS LIMIT 1 ;; SHOW WARNINGS LIMIT 1,1 ;; SHOW ERRORS ;; SHOW COUNT(*) WARNINGS ;; SELECT FOUND_ROWS(), ROW_COUNT() ;; SHOW WARNINGS
                    $W ;; SHOW COUNT(*) WARNINGS ;; SELECT @@warning_count, @@error_count ;; SELECT @@warning_count ;; SHOW WARNINGS
                    $W ;; SELECT @@session.warning_count+1, @@local.error_count, @@`warning_count` ;; SHOW WARNINGS
                    $W ;; SELECT 1 ;; SHOW WARNINGS ;; SELECT b FROM lt ORDER BY a LIMIT 1 ;; SHOW WARNINGS
                    $W ;; SET @@session.sort_buffer_size=400000 ;; SHOW WARNINGS ;; SELECT @@warning_count FROM lt LIMIT 1 ;; SHOW COUNT(*) WARNINGS
                    $W ;; SELECT @@warning_count w, (SELECT @@warning_count FROM lt LIMIT 1) v
                    $W ;; INSERT INTO lt(b) VALUES (@@warning_count) ;; SELECT b FROM lt ORDER BY a DESC LIMIT 1 ;; SHOW WARNINGS
                    $W ;; BEGIN ;; COMMIT ;; SHOW WARNINGS
                    SET max_error_count = 2 ;; $W ;; SHOW WARNINGS ;; SHOW COUNT(*) WARNINGS ;; SELECT LAST_INSERT_ID(), @@warning_count ;; SET max_error_count = DEFAULT
                    SET max_error_count = 0 ;; $W ;; SELECT LAST_INSERT_ID() ;; SHOW WARNINGS ;; SET max_error_count = DEFAULT
                    SET max_error_count = 0 ;; $W ;; SELECT @@warning_count, @@error_count ;; SHOW COUNT(*) WARNINGS ;; SELECT * FROM nope ;; SHOW COUNT(*) ERRORS ;; SET max_error_count = DEFAULT
                    SET timestamp = 90000 ;; SELECT LAST_INSERT_ID() ;; SET timestamp = DEFAULT ;; SELECT LAST_INSERT_ID()
                    SELECT * FROM nope ;; SHOW WARNINGS ;; SHOW ERRORS ;; SHOW COUNT(*) ERRORS ;; SELECT @@error_count, @@warning_count
                    SELECT * FROM nope ;; SELECT ROW_COUNT(), FOUND_ROWS() ;; SHOW ERRORS
                    SELECT * FROM `n\u00e9` ;; SHOW WARNINGS
                    SET sql_mode = '' ;; INSERT INTO lt(a,b) VALUES (71,'x'),(72,'y'),(71,1) ;; SHOW ERRORS LIMIT 1 ;; SHOW ERRORS LIMIT 2,1 ;; SHOW ERRORS LIMIT 3
                    SELEKT ;; SHOW ERRORS LIMIT 1 ;; SELECT 1 ;; SHOW ERRORS
                    DROP TABLE IF EXISTS nope1, nope2, nope3 ;; SHOW WARNINGS ;; SHOW COUNT(*) WARNINGS
                    $MANY ;; SHOW COUNT(*) WARNINGS ;; SELECT @@warning_count, ROW_COUNT()
                    CREATE TABLE IF NOT EXISTS lt(a INT) ;; SHOW WARNINGS ;; SELECT 1/0 ;; SHOW WARNINGS
                    $S ;; SELECT FOUND_ROWS() ;; SELECT FOUND_ROWS()
                    $S ;; SHOW WARNINGS ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; $W ;; SELECT FOUND_ROWS() n
                    $S ;; SET @@session.sort_buffer_size=400001 ;; SELECT FOUND_ROWS()
                    $S ;; SELECT * FROM nope ;; SELECT FOUND_ROWS()
                    $S ;; DO 1 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; SHOW TABLES LIKE 'lt' ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; SHOW CREATE TABLE lt ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; EXPLAIN SELECT * FROM lt ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; SELECT 1 FROM DUAL WHERE 1=0 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; UPDATE lt SET b=1 WHERE a=2 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; DELETE FROM lt WHERE a=1 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; BEGIN ;; ROLLBACK ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; -- nothing ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; /* nothing */ ;; SHOW WARNINGS ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $S ;; /*!99999 SELECT 1 */ ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    UPDATE lt SET b=b+0 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    SELECT SQL_CALC_FOUND_ROWS * FROM lt LIMIT 2 ;; SELECT FOUND_ROWS()
                    SELECT * FROM lt LIMIT 1,2 ;; SELECT FOUND_ROWS()
                    SELECT 1 UNION SELECT 2 LIMIT 1 ;; SELECT FOUND_ROWS()+0 AS `x`
                    SELECT * FROM nope ;; GET DIAGNOSTICS @n=NUMBER ;; SELECT @n
                    $W ;; GET DIAGNOSTICS @n=NUMBER, @r=ROW_COUNT ;; SELECT @n, @r, ROW_COUNT()
                    $W ;; GET DIAGNOSTICS CONDITION 2 @c=MYSQL_ERRNO, @s=RETURNED_SQLSTATE, @m=MESSAGE_TEXT ;; SELECT @c, @s, @m
                    SELECT * FROM nope ;; GET CURRENT DIAGNOSTICS CONDITION 1 @c=MYSQL_ERRNO, @o=CLASS_ORIGIN, @p=SUBCLASS_ORIGIN, @t=TABLE_NAME ;; SELECT @c, @o, @p, @t ;; SHOW ERRORS
                    $W ;; GET DIAGNOSTICS CONDITION 7 @c=MYSQL_ERRNO ;; SHOW WARNINGS ;; SELECT ROW_COUNT()
                    $MANY ;; GET DIAGNOSTICS CONDITION 15 @c=MYSQL_ERRNO, @s=RETURNED_SQLSTATE, @m=MESSAGE_TEXT, @o=CLASS_ORIGIN ;; SELECT @c, @s, @m, @o
                    SET max_error_count = 1000 ;; $MANY ;; GET DIAGNOSTICS CONDITION 70 @c=MYSQL_ERRNO, @s=RETURNED_SQLSTATE, @m=MESSAGE_TEXT, @o=SUBCLASS_ORIGIN ;; SELECT @c, @s, @m, @o ;; SET max_error_count = DEFAULT
                    PREPARE le FROM 'SELECT ROW_COUNT()' ;; $W ;; EXECUTE le ;; EXECUTE le ;; $W ;; EXECUTE le ;; DEALLOCATE PREPARE le ;; EXECUTE le
                    PREPARE le FROM 'SELECT FOUND_ROWS() f, ROW_COUNT() + ? AS r' ;; SET @v = 5 ;; $S ;; EXECUTE le USING @v ;; EXECUTE le USING @v ;; $W ;; EXECUTE le USING @v
                    PREPARE le FROM 'SHOW WARNINGS' ;; $W ;; EXECUTE le ;; EXECUTE le ;; SHOW WARNINGS ;; SELECT ROW_COUNT(), FOUND_ROWS()
                    PREPARE le FROM 'SHOW WARNINGS LIMIT 1, 1' ;; $W ;; EXECUTE le ;; SHOW COUNT(*) WARNINGS
                    PREPARE le FROM 'SHOW COUNT(*) WARNINGS' ;; $W ;; EXECUTE le ;; SELECT ROW_COUNT(), FOUND_ROWS()
                    PREPARE le FROM 'SHOW ERRORS' ;; SELECT * FROM nope ;; EXECUTE le ;; SHOW ERRORS
                    PREPARE le FROM 'SELECT @@warning_count, @@error_count e' ;; $W ;; EXECUTE le ;; SHOW WARNINGS
                    PREPARE le FROM 'SELECT @@warning_count FROM lt LIMIT 1' ;; $W ;; EXECUTE le ;; SHOW WARNINGS
                    PREPARE le FROM 'INSERT INTO lt(b) VALUES (ROW_COUNT())' ;; $W ;; EXECUTE le ;; SELECT b FROM lt ORDER BY a DESC LIMIT 1 ;; SHOW WARNINGS
                    PREPARE le FROM 'UPDATE lt SET b = 1 WHERE a = 2' ;; $S ;; EXECUTE le ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    PREPARE le FROM 'SELECT ROW_COUNT(), @@warning_count' ;; $W ;; PREPARE le FROM 'SELECT ROW_COUNT(), 2' ;; EXECUTE le ;; SHOW WARNINGS
                    PREPARE le FROM 'SELECT LAST_INSERT_ID() > 0, ROW_COUNT()' ;; $W ;; EXECUTE le ;; EXECUTE le
                    SET @q = 'SELECT ROW_COUNT(), CONNECTION_ID() = %ID% AS x' ;; PREPARE le FROM @q ;; $W ;; EXECUTE le ;; EXECUTE le
                    SET @q = CONCAT('SELECT ', 'CONNECTION_ID() = %ID% AS x, "y"') ;; PREPARE le FROM @q ;; EXECUTE le ;; EXECUTE le
                    $ROWS60x60 ;; INSERT INTO lt(b) SELECT 5 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    $ROWS60x60 ;; SET @n = (SELECT 1 UNION SELECT 2 LIMIT 1) ;; SELECT FOUND_ROWS()
                    $ROWS600x60 ;; UPDATE lt SET b = (SELECT 1 UNION SELECT 2) WHERE a = 1 ;; SELECT FOUND_ROWS()
                    $ROWS600x600 ;; INSERT INTO lt(b) SELECT b FROM lt WHERE a = 2 ;; SELECT FOUND_ROWS()
                    C:1B0000 ;; $W; SHOW WARNINGS; SELECT 1 ;; SHOW WARNINGS ;; SELECT FOUND_ROWS()
                    C:1B0000 ;; $W; $S; SHOW WARNINGS; SHOW COUNT(*) WARNINGS ;; SELECT FOUND_ROWS(), ROW_COUNT() ;; SHOW WARNINGS
                    C:1B0000 ;; $S ;; SHOW WARNINGS; SELECT 1 UNION SELECT 2 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    C:1B0000 ;; $W ;; SHOW WARNINGS; SELECT b FROM lt ORDER BY a LIMIT 1 ;; SHOW WARNINGS
                    C:1B0000 ;; $W ;; SHOW WARNINGS LIMIT 1, 1; SELECT ROW_COUNT(), CONNECTION_ID() = %ID% AS x FROM lt LIMIT 1
                    C:1B0000 ;; $W ;; SHOW COUNT(*) WARNINGS; SELECT b FROM lt WHERE a = 1 ;; SELECT FOUND_ROWS()
                    C:1B0000 ;; $W ;; GET DIAGNOSTICS @n = NUMBER; SELECT @n, b FROM lt ORDER BY a LIMIT 1 ;; SHOW WARNINGS
                    SET @q = 'SELECT LAST_INSERT_ID(), ROW_COUNT(), CONNECTION_ID() = %ID% AS x' ;; $W ;; EXECUTE IMMEDIATE @q ;; EXECUTE IMMEDIATE @q
                    SET @q = 'INSERT INTO lt(b) VALUES (?)', @v = 7 ;; EXECUTE IMMEDIATE @q USING @v ;; SELECT LAST_INSERT_ID(), ROW_COUNT()
                    $W ;; EXECUTE IMMEDIATE 'SHOW WARNINGS' ;; EXECUTE IMMEDIATE 'SHOW COUNT(*) WARNINGS' ;; SHOW WARNINGS
                    SET @q = 'SHOW ERRORS' ;; SELECT * FROM nope ;; EXECUTE IMMEDIATE @q ;; SELECT ROW_COUNT()
                    $W ;; KILL QUERY 999999999 ;; SHOW WARNINGS ;; SELECT ROW_COUNT()
                    $W ;; EXECUTE IMMEDIATE CONCAT('SELECT ', 'LAST_INSERT_ID()')
                    SET sql_mode = 'EMPTY_STRING_IS_NULL' ;; SET @a = '' ;; SELECT @a IS NULL, @a
                    INSERT INTO lt(a,b) VALUES (100,1) ;; INSERT INTO lt(b) VALUES (1) ;; SELECT LAST_INSERT_ID(), @@identity, @@last_insert_id, ROW_COUNT()
                    SELECT LAST_INSERT_ID(55)+1 ;; SELECT LAST_INSERT_ID()
                    $W ;; C:0E ;; SELECT ROW_COUNT() ;; SHOW WARNINGS
                    $W ;; C:0E ;; SHOW WARNINGS
                    $W ;; C:0274657374 ;; SHOW WARNINGS ;; SELECT ROW_COUNT(), FOUND_ROWS()
                    $S ;; C:0274657374 ;; SELECT ROW_COUNT(), FOUND_ROWS()
                    $S ;; C:1B0000 ;; SELECT ROW_COUNT(), FOUND_ROWS()
                    $S ;; C:1F ;; SELECT ROW_COUNT(), FOUND_ROWS()
                    $W ;; C:1B0700 ;; SHOW COUNT(*) WARNINGS ;; SHOW WARNINGS ;; SELECT ROW_COUNT()
                    $W ;; C: ;; SHOW WARNINGS ;; SELECT ROW_COUNT()
                    SELECT * FROM nope ;; C: ;; SHOW COUNT(*) ERRORS ;; SHOW ERRORS
                    P:SELECT ROW_COUNT(), FOUND_ROWS(), @@warning_count
                    $W ;; P:SELECT ROW_COUNT()+0, FOUND_ROWS() AS f, @@warning_count
                    $W ;; P:SHOW WARNINGS
                    $W ;; P:SHOW COUNT(*) WARNINGS
                    SELECT * FROM nope ;; P:SHOW ERRORS
                    P:$W ;; SELECT ROW_COUNT() ;; SHOW COUNT(*) WARNINGS
                    P:$W ;; SHOW WARNINGS
                    $W ;; N:SELECT b FROM lt ;; SHOW WARNINGS ;; SELECT ROW_COUNT()
                    $W ;; N:SELECT 1 ;; SHOW WARNINGS ;; SELECT ROW_COUNT()
                    $W ;; N:SELECT b FROM lt ;; SELECT @@warning_count ;; SHOW COUNT(*) WARNINGS
                    $W ;; GET DIAGNOSTICS CONDITION 7 @c=MYSQL_ERRNO ;; N:SELECT 1 ;; SELECT ROW_COUNT() ;; SHOW WARNINGS
                    P:SELECT b FROM lt LIMIT 2 ;; SELECT FOUND_ROWS(), ROW_COUNT()
                    SELECT CONNECTION_ID() = %ID% AS x, (SELECT CONNECTION_ID()) = %ID% y, @@pseudo_thread_id = %ID% z, CONNECTION_ID() * 0
                    SELECT CONNECTION_ID() * 0, (SELECT CONNECTION_ID() - CONNECTION_ID()), CONNECTION_ID() > 0 FROM lt WHERE CONNECTION_ID() = %ID% LIMIT 1
                    SET @me=CONNECTION_ID() ;; SELECT @me = %ID% AS q
                    PREPARE p FROM 'SELECT CONNECTION_ID() = %ID% AS q, CONNECTION_ID() * 0' ;; EXECUTE p ;; DEALLOCATE PREPARE p
                    P:SELECT CONNECTION_ID() = %ID% AS x, CONNECTION_ID() - CONNECTION_ID()
                    INSERT INTO lt(b) SELECT CONNECTION_ID() = %ID% ;; SELECT b FROM lt ORDER BY a DESC LIMIT 1
                    SET GLOBAL log_output = 'TABLE' ;; SET GLOBAL general_log = 1 ;; SELECT COUNT(*) > 0 FROM mysql.general_log WHERE thread_id = CONNECTION_ID() ;; SET GLOBAL general_log = 0 ;; SET GLOBAL log_output = 'FILE'
                    PREPARE p FROM 'SELECT COUNT(*) FROM information_schema.processlist WHERE id = CONNECTION_ID()' ;; EXECUTE p ;; DEALLOCATE PREPARE p
                    C:1B0000 ;; CREATE TABLE ltd (c BIGINT DEFAULT (CONNECTION_ID())); SELECT CONNECTION_ID() = %ID% AS x ;; SHOW CREATE TABLE ltd ;; DROP TABLE ltd
                    C:1B0000 ;; CREATE TABLE ltd (a INT) ;; ALTER TABLE ltd ADD c BIGINT DEFAULT (CONNECTION_ID()); SELECT CONNECTION_ID() = %ID% AS x ;; SHOW CREATE TABLE ltd ;; DROP TABLE ltd
                    CREATE TABLE ltd (c BIGINT DEFAULT (CONNECTION_ID())) AS SELECT CONNECTION_ID() = %ID% AS x ;; SELECT x FROM ltd ;; SHOW CREATE TABLE ltd ;; DROP TABLE ltd
                    """
                    .replaceAll("\\$ROWS(\\d+)x(\\d+)",
                            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<600) SELECT SQL_CALC_FOUND_ROWS 1 FROM n a, n b"
                                    + " WHERE a.i<=$1 AND b.i<=$2 LIMIT 1")
                    .replace("$W", "INSERT INTO lt(b) VALUES (1000),(2000),(3)")
                    .replace("$S", "SELECT 1 UNION SELECT 2 UNION SELECT 3")
                    .replace("$MANY", "INSERT INTO lt(b) VALUES (999)" + ",(999)".repeat(70));

    private static final List<String> SET_UP = List.of(
            "USE test",
            "SELECT 1 UNION SELECT 2",
            "SET sql_mode=''",
            "DROP TABLE IF EXISTS lt",
            "CREATE TABLE lt (a INT AUTO_INCREMENT PRIMARY KEY, b TINYINT)",
            "INSERT INTO lt(b) VALUES (1),(2),(3),(4)");

    private static final List<String> OTHERS_DO = List.of(
            "SELECT 1 FROM (SELECT 1 UNION SELECT 2) q",
            "INSERT INTO lto VALUES (7777)",
            "SELECT * FROM nope_other",
            "DO 1",
            "INSERT INTO lto VALUES (1),(2),(7777),(3)",
            "SELECT SQL_CALC_FOUND_ROWS 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 LIMIT 1");

    @TempDir
    private Path state;

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theNextStatementReadsWhatItWouldOnAConnectionOfItsOwn(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        InetSocketAddress direct = new InetSocketAddress("127.0.0.1", server.port());
        try (RunningUsher usher = RunningUsher.knowing(
                ROOT, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(5)));
                RawSession one = RawSession.open(usher.address(), ROOT);
                RawSession another = RawSession.open(usher.address(), ROOT)) {
            for (String sql : List.of("USE test", "SET sql_mode=''", "DROP TABLE IF EXISTS lto", "CREATE TABLE lto (b TINYINT)")) {
                one.run(sql);
                another.run(sql);
            }
            int next = 0;
            for (String script : SCRIPTS.lines().toList()) {
                List<List<String>> wanted = run(direct, script, () -> {});
                int begin = next++;
                Others others = new Others(List.of(one, another), begin);
                assertThat(run(usher.address(), script, others)).as(script).isEqualTo(wanted);
            }
            assertThat(usher.status("captures_total")).isPositive();
        }
    }

    /** With the count in the answer itself, and again in each EOF that a client without DEPRECATE_EOF gets. */
    @ParameterizedTest
    @MethodSource("servers")
    void aPreparedStatementsWarningsAreAlsoBehindItsDefinitions(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        String sql = kind == ServerKind.MYSQL ? "SELECT BINARY 'a', ?" : "EXPLAIN SELECT (SELECT 1), ?";
        try (RunningUsher usher = RunningUsher.knowing(ROOT, server.port(), state, config -> config)) {
            List<List<String>> answers = new ArrayList<>();
            for (InetSocketAddress address : List.of(new InetSocketAddress("127.0.0.1", server.port()), usher.address())) {
                try (FakeClient client = FakeClient.loggedIn(address, ROOT, FakeClient.USUAL & ~Capabilities.DEPRECATE_EOF)) {
                    answers.add(prepared(client, sql));
                }
            }
            assertThat(answers.getLast()).isEqualTo(answers.getFirst());
            assertThat(answers.getLast()).filteredOn(packet -> packet.startsWith("fe0100")).hasSize(2);
        }
    }

    /** The packets, without the id of the statement. */
    private static List<String> prepared(FakeClient client, String sql) throws IOException {
        client.send(Command.STMT_PREPARE, sql.getBytes(StandardCharsets.UTF_8));
        List<String> packets = new ArrayList<>();
        ByteBuf ok = client.wire().read();
        packets.add(ByteBufUtil.hexDump(ok, 5, ok.readableBytes() - 5));
        for (int definitions : new int[]{ok.getUnsignedShortLE(7), ok.getUnsignedShortLE(5)}) {
            for (int i = 0; i <= definitions; i++) {
                packets.add(ByteBufUtil.hexDump(client.wire().read()));
            }
        }
        return packets;
    }

    /** Neither the limits that others have left on the connection nor the session's own keep it from being given the session's FOUND_ROWS(). */
    @ParameterizedTest
    @MethodSource("servers")
    void limitsOfRowsDoNotChangeFoundRows(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        InetSocketAddress direct = new InetSocketAddress("127.0.0.1", server.port());
        String fails =
                "SELECT 1 UNION SELECT 2 UNION SELECT 3 ;; UPDATE lt SET b = (SELECT 1 UNION SELECT 2) WHERE a = 1 ;; SELECT FOUND_ROWS()";
        try (RunningUsher usher = RunningUsher.knowing(
                ROOT, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(3)));
                RawSession one = RawSession.open(usher.address(), ROOT);
                RawSession another = RawSession.open(usher.address(), ROOT)) {
            for (RawSession each : List.of(one, another)) {
                each.run("SET SESSION max_join_size = 900000");
            }
            Between others = () -> {
                for (RawSession each : List.of(one, another)) {
                    each.run("SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5");
                }
            };
            for (String script : List.of(fails, "SET SESSION max_join_size = 800000 ;; " + fails)) {
                assertThat(run(usher.address(), script, others)).as(script).isEqualTo(run(direct, script, () -> {}));
            }
        }
    }

    /** With the performance schema on there are rows to compare it with. */
    @Test
    void connectionIdIsTheServersWhereMySqlShowsItsThreads() throws IOException {
        assumeThat(servers()).contains(ServerKind.MYSQL);
        try (TestServer server = TestServers.start(ServerKind.MYSQL, "--performance-schema=ON");
                RunningUsher usher = RunningUsher.knowing(ROOT, server.port(), state, config -> config)) {
            for (String script : List.of(
                    "SELECT COUNT(*) FROM sys.session WHERE conn_id = CONNECTION_ID()",
                    "PREPARE p FROM 'SELECT COUNT(*) FROM `sys`.x$session WHERE conn_id = CONNECTION_ID()' ;; EXECUTE p",
                    "SELECT sys.ps_is_thread_instrumented(CONNECTION_ID())",
                    "SELECT PS_THREAD_ID(CONNECTION_ID()) IS NULL")) {
                List<List<String>> wanted = run(new InetSocketAddress("127.0.0.1", server.port()), script, () -> {});
                assertThat(run(usher.address(), script, () -> {})).as(script).isEqualTo(wanted);
            }
        }
    }

    /** Nobody waits for the connection, so that nothing has been captured when the session leaves it. */
    @ParameterizedTest
    @MethodSource("servers")
    void aResetLeavesFoundRowsAlone(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        String script = "SELECT SQL_CALC_FOUND_ROWS * FROM lt LIMIT 2 ;; C:1F ;; INSERT INTO test.lt(b) VALUES (1) ;; SELECT FOUND_ROWS()";
        try (RunningUsher usher = RunningUsher.knowing(ROOT, server.port(), state, config -> config)) {
            List<List<String>> wanted = run(new InetSocketAddress("127.0.0.1", server.port()), script, () -> {});
            assertThat(run(usher.address(), script, () -> {})).isEqualTo(wanted);
        }
    }

    /** Something that happens in between. */
    private interface Between {
        void happens() throws IOException;
    }

    /** Other sessions, which leave something of theirs on the connections that they have. */
    private static final class Others implements Between {
        private final List<RawSession> sessions;
        private int next;

        Others(List<RawSession> sessions, int first) {
            this.sessions = sessions;
            this.next = first;
        }

        @Override
        public void happens() throws IOException {
            for (RawSession each : sessions) {
                each.run(OTHERS_DO.get(next++ % OTHERS_DO.size()));
            }
        }
    }

    private static List<List<String>> run(InetSocketAddress address, String script, Between between) throws IOException {
        List<List<String>> answers = new ArrayList<>();
        try (RawSession session = RawSession.open(address, ROOT)) {
            for (String sql : SET_UP) {
                session.run(sql);
            }
            for (String step : script.split(" ;; ")) {
                between.happens();
                String ours = step.replace("%ID%", Long.toString(session.id()));
                if (ours.startsWith("P:") || ours.startsWith("N:")) {
                    List<String> refused = session.prepare(ours.substring(2));
                    answers.add(refused);
                    for (int i = 0; i < 2 && refused.isEmpty() && ours.startsWith("P:"); i++) {
                        between.happens();
                        answers.add(session.execute());
                    }
                } else {
                    answers.add(ours.startsWith("C:") ? session.command(ours.substring(2)) : session.run(ours));
                }
            }
        }
        return answers;
    }
}
