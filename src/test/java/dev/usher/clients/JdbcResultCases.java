package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Data with JDBC: every type, results that do not fit into memory buffers or one packet, files sent to the server. */
final class JdbcResultCases extends JdbcCases {

    JdbcResultCases(JdbcConnections connections) {
        super(connections);
    }

    void addTo(Map<String, Case> cases) {
        add(cases, "types_text", () -> types("useServerPrepStmts=false"));
        add(cases, "types_binary", () -> types("useServerPrepStmts=true"));
        add(cases, "big_result", () -> bigResult(0, "useServerPrepStmts=false"));
        add(cases, "big_result_streamed", () -> bigResult(streaming(), "useServerPrepStmts=false"));
        add(cases, "big_result_binary_streamed", () -> bigResult(streaming(), "useServerPrepStmts=true"));
        if (connections.driver() == JdbcDriver.MYSQL) {
            add(cases, "big_result_with_a_cursor", () -> bigResult(20_000, "useServerPrepStmts=true", "useCursorFetch=true"));
        }
        add(cases, "streamed_result_abandoned", this::abandoned);
        add(cases, "packet_over_16_mib_each_way_text", () -> bigPacket("useServerPrepStmts=false"));
        add(cases, "packet_over_16_mib_each_way_binary", () -> bigPacket("useServerPrepStmts=true"));
        add(cases, "long_data", this::longData);
        add(cases, "infile_allowed", this::infileAllowed);
        cases.put("infile_refused", this::infileRefused);
        add(cases, "compression", () -> {
            bigResult(0, "useCompression=true");
            bigPacket("useCompression=true");
        });
    }

    /** How each driver is told to read row by row. */
    private int streaming() {
        return connections.driver() == JdbcDriver.MYSQL ? Integer.MIN_VALUE : 100;
    }

    private void types(String option) throws Exception {
        byte[] everyByte = new byte[256];
        for (int i = 0; i < 256; i++) {
            everyByte[i] = (byte) i;
        }
        // MySQL's driver drops the fraction where a MariaDB server's greeting says 5.5.5, in front of its real version.
        int fraction = connections.driver() == JdbcDriver.MYSQL ? 0 : 123_456_000;
        LocalDateTime moment = LocalDateTime.of(2024, 2, 29, 12, 34, 56, fraction);
        try (Connection c = connections.open(option)) {
            execute(c, "DELETE FROM types");
            try (var insert = c.prepareStatement("INSERT INTO types VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
                insert.setLong(1, Long.MIN_VALUE);
                insert.setBigDecimal(2, new BigDecimal("18446744073709551615"));
                insert.setBigDecimal(3, new BigDecimal("123456789012345.67890"));
                insert.setDouble(4, 0.1);
                insert.setString(5, "Grüße 🐬 '\"\\ \0 end");
                insert.setBytes(6, everyByte);
                insert.setDate(7, Date.valueOf("2024-02-29"));
                insert.setObject(8, moment);
                insert.setString(9, "{\"a\": [1, 2, \"é\"]}");
                insert.setNull(10, Types.INTEGER);
                insert.setBoolean(11, true);
                assertThat(insert.executeUpdate()).isEqualTo(1);
            }
            try (var select = c.prepareStatement("SELECT * FROM types");
                    var row = select.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getLong(1)).isEqualTo(Long.MIN_VALUE);
                assertThat(row.getBigDecimal(2)).isEqualTo("18446744073709551615");
                assertThat(row.getBigDecimal(3)).isEqualTo("123456789012345.67890");
                assertThat(row.getDouble(4)).isEqualTo(0.1);
                assertThat(row.getString(5)).isEqualTo("Grüße 🐬 '\"\\ \0 end");
                assertThat(row.getBytes(6)).isEqualTo(everyByte);
                assertThat(row.getDate(7)).isEqualTo(Date.valueOf("2024-02-29"));
                assertThat(row.getObject(8, LocalDateTime.class)).isEqualTo(moment);
                assertThat(row.getString(9)).isEqualTo("{\"a\": [1, 2, \"é\"]}");
                assertThat(row.getObject(10)).isNull();
                assertThat(row.getBoolean(11)).isTrue();
            }
        }
    }

    private void bigResult(int fetchSize, String... options) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        int count = 0;
        try (Connection c = connections.open(options)) {
            try (var statement = c.prepareStatement(MANY_ROWS, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY)) {
                statement.setFetchSize(fetchSize);
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        byte[] expected = sha.digest(String.valueOf(rows.getInt(1)).getBytes(StandardCharsets.US_ASCII));
                        if (!HexFormat.of().formatHex(expected).equals(rows.getString(2))) {
                            throw new AssertionError("row " + count + " is damaged");
                        }
                        count++;
                    }
                }
            }
            assertThat(count).isEqualTo(60_000);
            assertThat(value(c, "SELECT 1")).isEqualTo("1");
        }
    }

    private void abandoned() throws Exception {
        try (Connection c = connections.open()) {
            try (Statement statement = c.createStatement()) {
                statement.setFetchSize(streaming());
                statement.executeQuery(MANY_ROWS).next();
            }
            assertThat(value(c, "SELECT 2")).isEqualTo("2");
        }
    }

    private void bigPacket(String option) throws Exception {
        String big = "0123456789abcdef".repeat(20 << 16);
        try (Connection c = connections.open(option);
                var statement = c.prepareStatement("SELECT CONCAT(?, 'end')")) {
            statement.setString(1, big);
            try (var rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1).equals(big + "end")).isTrue();
            }
        }
    }

    private void longData() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new java.util.Random(1).nextBytes(bytes);
        try (Connection c = connections.open("useServerPrepStmts=true");
                var statement = c.prepareStatement("SELECT LENGTH(?), SHA2(?, 256)")) {
            statement.setBinaryStream(1, new ByteArrayInputStream(bytes));
            statement.setBinaryStream(2, new ByteArrayInputStream(bytes));
            String sha = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            assertThat(rows(statement.executeQuery())).containsExactly(List.of("3000000", sha));
        }
    }

    private void infileAllowed() throws Exception {
        Path file = Files.createTempFile("usher", ".txt");
        try (Connection c = connections.open(connections.driver().localInfileOption() + "=true")) {
            Files.writeString(file, IntStream.range(1000, 51_000).mapToObj(String::valueOf).collect(Collectors.joining("\n", "", "\n")));
            assertThat(update(c, "LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE numbers")).isEqualTo(50_000);
            assertThat(update(c, "DELETE FROM numbers WHERE n >= 1000")).isEqualTo(50_000);
        } finally {
            Files.delete(file);
        }
    }

    private String infileRefused() throws Exception {
        try (Connection c = connections.open(connections.driver().localInfileOption() + "=false")) {
            String seen = failure(() -> execute(c, "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE numbers"));
            assertThat(value(c, "SELECT 1")).isEqualTo("1");
            return seen;
        }
    }
}
