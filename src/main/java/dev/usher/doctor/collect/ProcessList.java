package dev.usher.doctor.collect;

import dev.usher.doctor.facts.ClientProcess;
import dev.usher.doctor.facts.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The sessions of clients. */
final class ProcessList {
    /** Neither a client's, nor to be counted as one. */
    private static final Set<String> NOT_CLIENTS =
            Set.of("Daemon", "Binlog Dump", "Binlog Dump GTID", "Slave_IO", "Slave_SQL", "Slave_worker");
    private static final Set<String> SYSTEM_USERS = Set.of("system user", "event_scheduler");

    /** Lines are cut: a statement of megabytes says no more than its start. */
    private static final String MARIADB =
            "SELECT id, user, host, db, command, time_ms AS millis, state, LEFT(info, 2000) AS info, query_id AS number"
                    + " FROM information_schema.processlist";
    private static final String MYSQL =
            "SELECT id, user, host, db, command, time * 1000 AS millis, state, LEFT(info, 2000) AS info, 0 AS number"
                    + " FROM performance_schema.processlist";
    private static final String MYSQL_PLAIN = MYSQL.replace("performance_schema.processlist", "information_schema.processlist");
    private static final String EVENTS =
            "SELECT t.processlist_id AS id, MAX(e.event_id) AS number FROM performance_schema.events_statements_current e"
                    + " JOIN performance_schema.threads t USING (thread_id) WHERE t.processlist_id IS NOT NULL GROUP BY t.processlist_id";

    private final Asker asker;
    private final boolean mariaDb;
    private final boolean performanceSchema;
    private final Set<Long> own;
    private final Origins origins;

    ProcessList(Asker asker, boolean mariaDb, boolean performanceSchema, Set<Long> own, Origins origins) {
        this.asker = asker;
        this.mariaDb = mariaDb;
        this.performanceSchema = performanceSchema;
        this.own = own;
        this.origins = origins;
    }

    List<Session> read() throws SQLException {
        Map<Long, Long> events = new HashMap<>();
        if (!mariaDb && performanceSchema) {
            asker.askIfAllowed("which statement a session is at", EVENTS)
                    .forEach(row -> events.put(row.number("id"), row.number("number")));
        }
        List<Asker.Row> rows = asker.ask(mariaDb ? MARIADB : performanceSchema ? MYSQL : MYSQL_PLAIN).stream()
                .filter(row -> !own.contains(row.number("id")) && !NOT_CLIENTS.contains(row.text("command"))
                        && !SYSTEM_USERS.contains(row.text("user")))
                .toList();
        origins.refresh(rows.stream().map(row -> new Origins.Peer(row.number("id"), row.text("host"))).toList());
        List<Session> sessions = new ArrayList<>(rows.size());
        for (Asker.Row row : rows) {
            long id = row.number("id");
            if (origins.isOwn(id)) {
                continue; // another usher command that looks at the server
            }
            ClientProcess client = origins.of(id, row.text("user"), row.text("host"));
            sessions.add(new Session(id, client, row.text("db"), row.text("command"), Duration.ofMillis(row.number("millis")),
                    mariaDb ? row.number("number") : events.getOrDefault(id, 0L), row.text("state"), row.text("info")));
        }
        return List.copyOf(sessions);
    }
}
