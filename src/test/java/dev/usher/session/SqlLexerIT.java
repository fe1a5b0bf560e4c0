package dev.usher.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the lexer proves to be one statement is one to the real servers, with multi-statements on. */
class SqlLexerIT {
    /** ER_SP_DOES_NOT_EXIST. */
    private static final int NO_FUNCTION = 1305;

    /** Built in up to MySQL 9.5, loadable functions of the classic_hashing component since. */
    private static final Set<String> MOVED_OUT = Set.of("md5", "sha", "sha1");

    /** Of MariaDB 11.7 at the latest. */
    private static final Set<String> NEWER = Set.of(
            "json_array_intersect", "json_key_value", "json_object_filter_keys", "json_object_to_array", "json_schema_valid",
            "vec_distance", "vec_distance_cosine", "vec_distance_euclidean", "vec_fromtext", "vec_totext");

    private static final List<String> TRICKY = List.of(
            "SELECT 1",
            "SELECT 1;",
            "SELECT 1 ; \t\n ;;",
            "SELECT 1; -- comment",
            "SELECT 1; # comment",
            "SELECT 1; /* comment */",
            "SELECT 1; /*! */",
            "SELECT 1 -- comment;",
            "SELECT 1 --;",
            "SELECT 1 --",
            "SELECT 1--1;",
            "SELECT 1---1",
            "SELECT 1 --\t; SELECT 2",
            "SELECT 1 --\u0001; SELECT 2",
            "SELECT 1 --a; SELECT 2",
            "SELECT 1 #;\n; SELECT 2",
            "SELECT 1 #;\r; SELECT 2",
            "SELECT 1 /*;*/",
            "SELECT 1 /*/ ; */",
            "SELECT 1 /***/ ; SELECT 2",
            "SELECT 1 /* /* */ ; SELECT 2 /* */",
            "SELECT 1 /* ' */ ; SELECT 2 /* ' */",
            "SELECT 1 /*!99999 ; SELECT 2 */",
            "SELECT 1 /*!99999 ; SELECT 2 */ + 1",
            "SELECT 1 /*! ; SELECT 2 */",
            "SELECT 1 /*!50000 + 1 */",
            "SELECT 1 /*!50000 + 1 /* nested */ + 1 */",
            "SELECT 1 /*!99999 + 1 /* nested */ ; SELECT 2 */",
            "SELECT 1 /*M! ; SELECT 2 */",
            "SELECT 1 /*M!100000 + 1 */",
            "SELECT '/*!99999 ', ' */'",
            "SELECT 1 /*!99999 '*/ ; SELECT 2 -- '*/",
            "/*!99999 SELECT 1 */",
            "/*!50000 SELECT 1 */;",
            "/*!50000 SELECT 1 */; SELECT 2",
            "SELECT ';'",
            "SELECT 'a'';b'",
            "SELECT 'a\\';b'",
            "SELECT 'a\\\\';SELECT 2",
            "SELECT \"a\"\";b\"",
            "SELECT \"a\\\";b\"",
            "SELECT '\"' ; SELECT '\"'",
            "SELECT 1 AS `;`",
            "SELECT 1 AS `a``;`",
            "SELECT 1 AS `a\\`; SELECT 2",
            "SELECT N';', _utf8mb4';', x'3B', 0x3B",
            "SELECT '\\\n;'",
            "SELECT 'é;'",
            "SELECT 1 AS é;",
            "SELECT @`;`",
            "SELECT @';', @\";\"",
            "SELECT @a:=1;",
            "SELECT @@`sql_mode`;",
            "SELECT 1 FROM (SELECT 1) AS t WHERE (1);",
            "SELECT /*+ SET_VAR(sql_mode='a;b') */ 1",
            "SELECT /*+ QB_NAME(`a*/;`) */ 1",
            "SELECT /*+ don't */ 1; SELECT 2",
            "SELECT \\N; SELECT 2",
            "SELECT {d '2020-01-01'};",
            "SELECT 1.;",
            "SELECT 1.e1;",
            ";SELECT 1",
            ";",
            "",
            "-- x",
            "/* x */",
            "/*",
            "SELECT '",
            "SELECT `",
            "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
            "DO 1; DO 2",
            "SET @a = 1; SET @b = 2",
            "SET @a = ';'",
            "COMMIT;",
            "SELECT $$;$$",
            "SELECT 1 AS $a; SELECT 2",
            "SELECT 1; delimiter",
            "(SELECT 1); (SELECT 2)",
            "((SELECT 1));");

    static List<TestServer> servers() {
        return TestServers.all();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatIsProvedSingleGivesOneResult(TestServer server) throws SQLException {
        List<String> wrong = new ArrayList<>();
        int proved = 0;
        try (Connection connection = server.connect()) {
            for (String sql : TRICKY) {
                if (isSingle(server, sql)) {
                    proved++;
                    int alone = results(connection, sql);
                    int behindASet = results(connection, "SET @usher = 1; " + sql);
                    if (alone != 1 || behindASet != 2) {
                        wrong.add(sql + " gave " + alone + ", behind a SET " + behindASet);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(proved).isGreaterThan(30);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatIsBuiltInHereIsBuiltInThere(TestServer server) throws SQLException {
        List<String> unknown = new ArrayList<>();
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            assertThat(errorOf(statement, "SELECT no_such_function()")).isEqualTo(NO_FUNCTION);
            for (String name : BuiltInFunctions.of(flavour(server))) {
                if (!MOVED_OUT.contains(name) && !(NEWER.contains(name) && isBefore11Dot7(server)) && !isKnown(statement, name)) {
                    unknown.add(name);
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatCallsNothingHereCallsNothingThere(TestServer server) throws SQLException {
        List<String> called = new ArrayList<>();
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS lexer_calls");
            statement.execute("CREATE DATABASE lexer_calls");
            statement.execute("USE lexer_calls");
            for (String name : Stream.concat(Stream.of("mine"), WordTable.beforeParenthesis(flavour(server)).stream()).toList()) {
                statement.execute("CREATE FUNCTION `" + name + "`(a INT) RETURNS INT DETERMINISTIC RETURN 4711");
                if (Stream.of("(1)", " (1)").anyMatch(call -> gives4711(statement, "SELECT " + name + call))) {
                    called.add(name);
                }
            }
            statement.execute("DROP DATABASE lexer_calls");
        }
        assertThat(called).containsExactly("mine");
    }

    private static boolean gives4711(Statement statement, String sql) {
        try (ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() && "4711".equals(rows.getString(1));
        } catch (SQLException e) {
            return false;
        }
    }

    private static boolean isBefore11Dot7(TestServer server) {
        String[] version = server.version().split("[.-]");
        int major = Integer.parseInt(version[0]);
        return flavour(server) == Flavour.MARIADB && (major < 11 || major == 11 && Integer.parseInt(version[1]) < 7);
    }

    private static boolean isSingle(TestServer server, String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return new SqlLexer(flavour(server))
                .read(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexMode.DEFAULT)
                .has(Trait.SINGLE);
    }

    private static Flavour flavour(TestServer server) {
        return Flavour.valueOf(server.flavour().name());
    }

    /** An error is a result too, the last one. */
    private static int results(Connection connection, String sql) throws SQLException {
        int results = 0;
        try (Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (rows || statement.getUpdateCount() != -1) {
                results++;
                rows = statement.getMoreResults();
            }
            return results;
        } catch (SQLException e) {
            return results + 1;
        }
    }

    /** Some names are built in only with the right number of arguments. */
    private static boolean isKnown(Statement statement, String name) {
        return Stream.of("()", "(1)", "(1, 2)").anyMatch(call -> errorOf(statement, "SELECT " + name + call) != NO_FUNCTION);
    }

    private static int errorOf(Statement statement, String sql) {
        try {
            statement.execute(sql);
            return 0;
        } catch (SQLException e) {
            return e.getErrorCode();
        }
    }
}
