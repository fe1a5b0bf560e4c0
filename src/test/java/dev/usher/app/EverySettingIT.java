package dev.usher.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.config.HandOver;
import dev.usher.testing.FakeClient;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.OkPacket;
import dev.usher.wire.SessionTrack;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each variable of a server that a session can set: whoever sets it keeps it, nobody else gets it. Which there are, and what they can be set to, the server itself is asked. */
class EverySettingIT {
    private static final int TOO_MANY_CONNECTIONS = 1040;
    private static final TestAccount ROOT = new TestAccount("root", "", "");

    /** They last for one statement, change by themselves, are what docs/pooling.md calls the server connection's own, or are a replica's, whoever sets them. */
    private static final Set<String> NO_STATE = Set.of("last_insert_id", "identity", "insert_id", "timestamp", "rand_seed1", "rand_seed2",
            "pseudo_thread_id", "max_allowed_packet", "net_buffer_length", "session_track_schema", "session_track_system_variables",
            "session_track_state_change", "session_track_transaction_info", "max_relay_log_size", "sql_slave_skip_counter");

    /** With these values nothing could be read any more, or the session would end. */
    private static final Set<String> NOT_TRIED =
            Set.of("character_set_client", "character_set_results", "max_user_connections", "debug", "debug_dbug");

    /** Whoever sets it keeps the server connection. */
    private static final Set<String> PINNED = Set.of("profiling", "collation_database", "skip_replication", "sql_auto_is_null");

    @TempDir
    private Path state;

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    /** A value as an expression, and as the server shows it. */
    private record Other(String expression, String shown) {}

    @ParameterizedTest
    @MethodSource("servers")
    void whoSetsItKeepsItAndNobodyElseGetsIt(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        Map<String, Other> settings;
        try (FakeClient direct = FakeClient.loggedIn(new InetSocketAddress("127.0.0.1", server.port()), ROOT)) {
            settings = settings(direct);
        }
        System.out.println("SETTINGS: " + settings.size() + " on " + kind);
        assertThat(settings).hasSizeGreaterThan(100).containsKeys("sql_mode", "time_zone", "innodb_lock_wait_timeout");
        try (RunningUsher usher = RunningUsher.knowing(ROOT, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(3)))) {
            List<String> wrong = new ArrayList<>();
            for (Map.Entry<String, Other> each : settings.entrySet()) {
                check(usher, each.getKey(), each.getValue(), wrong);
            }
            assertThat(wrong).isEmpty();
        }
    }

    /** MariaDB's tracker reports what is kept at one address under the name that was set first: bits of one number, a setting's second name. */
    @ParameterizedTest
    @MethodSource("servers")
    void whatTheServerReportsUnderAnothersNameIsNotTakenForIt(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
        Map<String, Other> settings;
        Map<String, String> reportedAs = new TreeMap<>();
        try (FakeClient direct = FakeClient.loggedIn(address, ROOT);
                FakeClient tracked = FakeClient.loggedIn(address, ROOT, FakeClient.USUAL | Capabilities.SESSION_TRACK)) {
            tracked.query("SET SESSION session_track_system_variables = '*'");
            settings = settings(direct);
            for (Map.Entry<String, Other> each : settings.entrySet()) {
                String name = each.getKey();
                Set<String> reported = reported(tracked, "SET SESSION " + name + " = " + each.getValue().expression);
                if (!reported.contains(name) && settings.keySet().containsAll(reported) && !PINNED.contains(name)) {
                    reported.forEach(another -> reportedAs.put(name, another));
                }
            }
        }
        System.out.println("REPORTED UNDER ANOTHER'S NAME: " + reportedAs.size() + " on " + kind);
        assertThat(reportedAs.containsKey("unique_checks")).isEqualTo(kind == ServerKind.EMBEDDED || kind == ServerKind.MARIADB_SID);
        try (RunningUsher usher = RunningUsher.knowing(ROOT, server.port(), state,
                config -> config.withPool(config.pool().withHandOver(HandOver.SHUFFLE).withMaxServerConnections(1)))) {
            List<String> wrong = new ArrayList<>();
            for (Map.Entry<String, String> each : reportedAs.entrySet()) {
                try (FakeClient first = usher.client(ROOT)) {
                    first.query("SET SESSION " + each.getValue() + " = " + settings.get(each.getValue()).expression);
                }
                check(usher, each.getKey(), settings.get(each.getKey()), wrong);
            }
            assertThat(wrong).isEmpty();
        }
    }

    private static Set<String> reported(FakeClient tracked, String sql) throws IOException {
        tracked.send(Command.QUERY, sql.getBytes(UTF_8));
        OkPacket ok = new OkPacket();
        ok.read(tracked.wire().read());
        Set<String> names = new TreeSet<>();
        SessionTrack.read(ok.trackers(), new SessionTrack.Listener() {
            @Override
            public void variable(String name, String value) {
                names.add(name);
            }

            @Override
            public void schema(String name) {}

            @Override
            public void stateChanged() {}

            @Override
            public void transactionCharacteristics(String sql) {}

            @Override
            public void transactionState(String state) {}
        });
        return names;
    }

    private static void check(RunningUsher usher, String name, Other other, List<String> wrong) throws IOException {
        try (FakeClient one = usher.client(ROOT); FakeClient another = usher.client(ROOT)) {
            String before = shown(another, name);
            one.query("SET SESSION " + name + " = " + other.expression);
            for (int i = 0; i < 3; i++) {
                String theirs = shown(another, name);
                if (!before.equals(theirs)) {
                    wrong.add(name + " of one is another's: " + theirs + " instead of " + before);
                }
                String own = shown(one, name);
                if (!other.shown.equals(own)) {
                    wrong.add(name + " is lost: " + own + " instead of " + other.shown);
                }
            }
        }
    }

    /** All that can be set, by name. */
    private static Map<String, Other> settings(FakeClient direct) throws IOException {
        Map<String, Other> settings = new TreeMap<>();
        for (List<String> row : direct.query("SHOW SESSION VARIABLES").rows()) {
            String name = row.getFirst();
            if (!NO_STATE.contains(name) && !NOT_TRIED.contains(name)) {
                Other other = other(direct, name);
                if (other != null) {
                    settings.put(name, other);
                }
            }
        }
        return settings;
    }

    /** Another value than it has, if the server takes any; it has the first one again afterwards. */
    private static Other other(FakeClient direct, String name) throws IOException {
        String now = shown(direct, name);
        for (String expression : candidates(now)) {
            if (direct.query("SET SESSION " + name + " = " + expression).errorCode() == 0) {
                String then = shown(direct, name);
                direct.query("SET SESSION " + name + " = DEFAULT");
                if (!shown(direct, name).equals(now)) {
                    direct.query("SET SESSION " + name + " = " + now);
                }
                if (!then.equals(now) && shown(direct, name).equals(now)) {
                    return new Other(expression, then);
                }
            }
        }
        return null;
    }

    private static List<String> candidates(String now) {
        List<String> some = new ArrayList<>();
        if (now.matches("\\d{1,15}")) {
            long value = Long.parseLong(now);
            some.addAll(List.of(String.valueOf(value + 1), String.valueOf(value * 2 + 1024), String.valueOf(value / 2),
                    String.valueOf(value - 1)));
        } else if (now.matches("\\d+\\.\\d+")) {
            some.add(String.valueOf(Double.parseDouble(now) + 1));
        }
        some.addAll(List.of("1", "0", "2", "'ON'", "'OFF'", "'+03:00'", "'ANSI_QUOTES'", "'de_DE'", "'MyISAM'", "'latin1'", "'latin1_bin'",
                "'/tmp'",
                "'READ-COMMITTED'", "'MINIMAL'", "'ROW'", "'STATEMENT'", "'test/none'", "'CHAIN'", "'NEVER'", "'FORCE'", "'16,8'",
                "'mrr=off'", "'rowid_filter=off'",
                "'utf8mb4=utf8mb4_bin'", "'utf8mb4_general_ci'", "'COPY'", "'mysql://127.0.0.1:1'", "'2024-01-01 00:00:00'",
                "'test/words'"));
        return some;
    }

    private static String shown(FakeClient client, String name) throws IOException {
        FakeClient.Response response = client.query("SHOW SESSION VARIABLES LIKE '" + name.replace("_", "\\_") + "'");
        if (response.errorCode() == TOO_MANY_CONNECTIONS) {
            throw new IOException(name + ": " + response.error());
        }
        // With some values of max_join_size there is an error instead.
        return response.rows().isEmpty() ? "none: " + response.error() : String.valueOf(response.rows().getFirst().get(1));
    }
}
