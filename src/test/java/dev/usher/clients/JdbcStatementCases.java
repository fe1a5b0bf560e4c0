package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Statements and transactions with JDBC: prepared, batched, several at once, failing, cancelled. */
final class JdbcStatementCases extends JdbcCases {

    private static final String SERVER_SIDE = "useServerPrepStmts=true";
    private static final String INSERT = "INSERT INTO items (name) VALUES ('a')";
    private static final String COUNT = "SELECT COUNT(*) FROM items";

    JdbcStatementCases(JdbcConnections connections) {
        super(connections);
    }

    void addTo(Map<String, Case> cases) {
        add(cases, "transaction_commit_and_rollback", this::transaction);
        add(cases, "transaction_after_an_error", this::transactionAfterAnError);
        add(cases, "prepared_with_changed_types", this::changedTypes);
        add(cases, "prepared_hundred_at_once", this::hundredAtOnce);
        add(cases, "prepared_again_and_again_with_a_cache", this::preparedWithCache);
        add(cases, "batch", () -> batch(SERVER_SIDE));
        add(cases, "batch_rewritten", () -> batch("rewriteBatchedStatements=true"));
        cases.put("error_syntax", () -> with(c -> failure(() -> execute(c, "SELEKT 1"))));
        cases.put("error_duplicate_key", () -> with(c -> failure(() -> execute(c, "INSERT INTO numbers VALUES (7)"))));
        cases.put("error_in_prepare", () -> with(c -> failure(() -> query(c, "SELECT * FROM no_such_table")), SERVER_SIDE));
        add(cases, "usable_after_errors", this::usableAfterErrors);
        add(cases, "multi_statements", this::multiStatements);
        cases.put("multi_statements_failing_half_way", this::multiStatementsFailing);
        add(cases, "procedure_with_out_parameters", this::procedure);
        cases.put("query_time_out", this::queryTimeOut);
        cases.put("cancel", this::cancel);
    }

    /** A use of a connection that gives something to see. */
    interface Use {
        String with(Connection c) throws Exception;
    }

    private String with(Use use, String... options) throws Exception {
        try (Connection c = connections.open(options)) {
            return use.with(c);
        }
    }

    private static void query(Connection c, String sql) throws Exception {
        try (var statement = c.prepareStatement(sql)) {
            statement.executeQuery().close();
        }
    }

    private void transaction() throws Exception {
        try (Connection one = connections.open();
                Connection other = connections.open()) {
            execute(one, "DELETE FROM items");
            one.setAutoCommit(false);
            execute(one, INSERT);
            assertThat(value(other, COUNT)).as("before commit").isEqualTo("0");
            one.commit();
            assertThat(value(other, COUNT)).as("after commit").isEqualTo("1");
            execute(one, "DELETE FROM items");
            one.rollback();
            assertThat(value(other, COUNT)).as("after rollback").isEqualTo("1");
            one.setAutoCommit(true);
        }
    }

    private void transactionAfterAnError() throws Exception {
        try (Connection one = connections.open();
                Connection other = connections.open()) {
            execute(one, "DELETE FROM items");
            one.setAutoCommit(false);
            execute(one, INSERT);
            failure(() -> execute(one, INSERT));
            var point = one.setSavepoint();
            execute(one, "INSERT INTO items (name) VALUES ('b')");
            one.rollback(point);
            assertThat(value(one, COUNT)).isEqualTo("1");
            assertThat(value(other, COUNT)).isEqualTo("0");
            one.rollback();
            one.setAutoCommit(true);
            assertThat(value(one, COUNT)).isEqualTo("0");
        }
    }

    private void changedTypes() throws Exception {
        try (Connection c = connections.open(SERVER_SIDE);
                var statement = c.prepareStatement("SELECT CONCAT(?, '')")) {
            for (Object v : new Object[]{7, "text", 8L, "Grüße", 9}) {
                statement.setObject(1, v);
                assertThat(only(statement)).isEqualTo(v.toString());
            }
            statement.setNull(1, Types.VARCHAR);
            assertThat(only(statement)).isEqualTo("null");
        }
    }

    private static String only(PreparedStatement statement) throws Exception {
        try (var rows = statement.executeQuery()) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    private void hundredAtOnce() throws Exception {
        try (Connection c = connections.open(SERVER_SIDE)) {
            List<PreparedStatement> statements = new ArrayList<>();
            for (int n = 0; n < 100; n++) {
                statements.add(c.prepareStatement("SELECT CAST(? + " + n + " AS SIGNED)"));
            }
            for (int round = 0; round < 2; round++) {
                for (int n = 0; n < 100; n++) {
                    statements.get(n).setInt(1, round);
                    assertThat(only(statements.get(n))).isEqualTo(String.valueOf(round + n));
                }
            }
            for (PreparedStatement statement : statements) {
                statement.close();
            }
            assertThat(value(c, "SELECT 1")).isEqualTo("1");
        }
    }

    private void preparedWithCache() throws Exception {
        try (Connection c = connections.open(SERVER_SIDE, "cachePrepStmts=true", "prepStmtCacheSize=5")) {
            for (int n = 0; n < 60; n++) {
                try (var statement = c.prepareStatement("SELECT CAST(? + " + n % 12 + " AS SIGNED)")) {
                    statement.setInt(1, n);
                    assertThat(only(statement)).isEqualTo(String.valueOf(n + n % 12));
                }
            }
        }
    }

    private void batch(String option) throws Exception {
        try (Connection c = connections.open(option);
                var statement = c.prepareStatement("INSERT INTO items (name, amount) VALUES (?, ?)")) {
            execute(c, "DELETE FROM items");
            for (int n = 0; n < 500; n++) {
                statement.setString(1, "name" + n);
                statement.setInt(2, n);
                statement.addBatch();
            }
            assertThat(statement.executeBatch()).hasSize(500);
            assertThat(value(c, "SELECT SUM(amount) FROM items")).isEqualTo(String.valueOf(499 * 250));
        }
    }

    private void usableAfterErrors() throws Exception {
        try (Connection c = connections.open(SERVER_SIDE)) {
            for (int i = 0; i < 5; i++) {
                failure(() -> query(c, "SELEKT 1"));
                failure(() -> execute(c, "INSERT INTO numbers VALUES (7)"));
                assertThat(value(c, "SELECT 1")).isEqualTo("1");
            }
        }
    }

    private void multiStatements() throws Exception {
        try (Connection c = connections.open("allowMultiQueries=true");
                var statement = c.createStatement()) {
            assertThat(statement.execute("SELECT 1; DO 0; SELECT 2, 3")).isTrue();
            assertThat(rows(statement.getResultSet())).containsExactly(List.of("1"));
            assertThat(statement.getMoreResults()).isFalse();
            assertThat(statement.getMoreResults()).isTrue();
            assertThat(rows(statement.getResultSet())).containsExactly(List.of("2", "3"));
            assertThat(value(c, "SELECT 4")).isEqualTo("4");
        }
    }

    private String multiStatementsFailing() throws Exception {
        try (Connection c = connections.open("allowMultiQueries=true");
                var statement = c.createStatement()) {
            String seen = failure(() -> {
                statement.execute("SELECT 1; SELECT * FROM no_such_table; SELECT 3");
                statement.getMoreResults();
            });
            assertThat(value(c, "SELECT 4")).isEqualTo("4");
            return seen;
        }
    }

    private void procedure() throws Exception {
        try (Connection c = connections.open()) {
            try (var call = c.prepareCall("{call two_results(?)}")) {
                call.setInt(1, 5);
                assertThat(call.execute()).isTrue();
                assertThat(rows(call.getResultSet())).containsExactly(List.of("5"));
                assertThat(call.getMoreResults()).isTrue();
                assertThat(rows(call.getResultSet())).containsExactly(List.of("6", "2"));
            }
            try (var call = c.prepareCall("{call out_values(?, ?, ?)}")) {
                call.setInt(1, 21);
                call.registerOutParameter(2, Types.INTEGER);
                call.setInt(3, 1);
                call.registerOutParameter(3, Types.INTEGER);
                call.execute();
                assertThat(List.of(call.getInt(2), call.getInt(3))).containsExactly(42, 2);
            }
        }
    }

    private String queryTimeOut() throws Exception {
        try (Connection c = connections.open();
                var statement = c.createStatement()) {
            statement.setQueryTimeout(1);
            String seen = failure(() -> rows(
                    statement.executeQuery("SELECT SUM(a.n * b.n * c.n * d.n % 7) FROM numbers a, numbers b, numbers c, numbers d")));
            statement.setQueryTimeout(0);
            assertThat(value(c, "SELECT 5")).isEqualTo("5");
            return seen;
        }
    }

    /** MySQL Connector/J gives one of two exceptions, directly too: whichever comes first, the server's error or its own note that it has sent the KILL. */
    private static String cancelled(Exception e) {
        String name = e.getClass().getSimpleName();
        return name.equals("MySQLStatementCancelledException") || name.equals("MySQLQueryInterruptedException") ? "cancelled" : name;
    }

    private String cancel() throws Exception {
        try (Connection c = connections.open();
                Connection watcher = connections.open();
                var statement = c.createStatement()) {
            var outcome = new CompletableFuture<String>();
            Thread.ofVirtual().start(() -> {
                try {
                    outcome.complete(rows(statement.executeQuery("SELECT SLEEP(30)")).toString());
                } catch (Exception e) {
                    outcome.complete(cancelled(e));
                }
            });
            String sleeping = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(%'";
            Awaitility.await().until(() -> value(watcher, sleeping), "1"::equals);
            statement.cancel();
            String seen = outcome.get(20, TimeUnit.SECONDS);
            assertThat(value(c, "SELECT 5")).isEqualTo("5");
            return seen;
        }
    }
}
