package dev.usher.doctor.collect;

import dev.usher.doctor.facts.LockWait;
import dev.usher.doctor.facts.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Open transactions, and who waits for whom. */
final class Transactions {
    private static final String OPEN =
            "SELECT trx_mysql_thread_id AS id, TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS age, trx_state AS state,"
                    + " trx_rows_locked AS locked, trx_rows_modified AS modified FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> 0";
    private static final String MARIADB_ROWS =
            "SELECT r.trx_mysql_thread_id AS waiting, b.trx_mysql_thread_id AS blocking, l.lock_table AS what"
                    + " FROM information_schema.innodb_lock_waits w"
                    + " JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id"
                    + " JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id"
                    + " LEFT JOIN information_schema.innodb_locks l ON l.lock_id = w.requested_lock_id";
    private static final String MYSQL_ROWS = "SELECT r.processlist_id AS waiting, b.processlist_id AS blocking,"
            + " CONCAT(l.object_schema, '.', l.object_name) AS what FROM performance_schema.data_lock_waits w"
            + " JOIN performance_schema.threads r ON r.thread_id = w.requesting_thread_id"
            + " JOIN performance_schema.threads b ON b.thread_id = w.blocking_thread_id"
            + " JOIN performance_schema.data_locks l ON l.engine_lock_id = w.requesting_engine_lock_id AND l.engine = w.engine";
    private static final String METADATA = "SELECT r.processlist_id AS waiting, b.processlist_id AS blocking,"
            + " CONCAT(w.object_schema, '.', w.object_name) AS what FROM performance_schema.metadata_locks w"
            + " JOIN performance_schema.metadata_locks g ON g.object_type = w.object_type AND g.object_schema = w.object_schema"
            + " AND g.object_name = w.object_name AND g.lock_status = 'GRANTED' AND g.owner_thread_id <> w.owner_thread_id"
            + " JOIN performance_schema.threads r ON r.thread_id = w.owner_thread_id"
            + " JOIN performance_schema.threads b ON b.thread_id = g.owner_thread_id"
            + " WHERE w.lock_status = 'PENDING' AND w.object_type = 'TABLE' AND b.processlist_id IS NOT NULL";

    private final Asker asker;
    private final boolean mariaDb;
    private final boolean performanceSchema;

    Transactions(Asker asker, boolean mariaDb, boolean performanceSchema) {
        this.asker = asker;
        this.mariaDb = mariaDb;
        this.performanceSchema = performanceSchema;
    }

    List<Transaction> open() throws SQLException {
        return asker.askIfAllowed("open transactions", OPEN).stream()
                .map(row -> new Transaction(row.number("id"), Duration.ofSeconds(row.number("age")), row.text("state"),
                        row.number("locked"),
                        row.number("modified")))
                .toList();
    }

    List<LockWait> waits() throws SQLException {
        List<LockWait> waits = new ArrayList<>();
        if (mariaDb) {
            add(waits, "row of ", asker.askIfAllowed("who holds the row locks that others wait for", MARIADB_ROWS));
        } else if (performanceSchema) {
            add(waits, "row of ", asker.askIfAllowed("who holds the row locks that others wait for", MYSQL_ROWS));
        }
        if (performanceSchema) {
            add(waits, "metadata of ", asker.askIfAllowed("who holds the metadata locks that others wait for", METADATA));
        }
        return List.copyOf(waits);
    }

    private static void add(List<LockWait> to, String kind, List<Asker.Row> rows) {
        rows.forEach(row -> to.add(new LockWait(row.number("waiting"), row.number("blocking"), kind + row.text("what").replace("`", ""))));
    }
}
