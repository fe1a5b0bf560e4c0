package dev.usher.doctor.leaks;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A session as it was at one moment.
 *
 * @param id as KILL takes it
 * @param command as the process list has it
 * @param since how long it is in this state; the server may know whole seconds only
 * @param lastStatement a number that changes with every statement, where the server has one
 * @param statements how many it has run since its login, where the server counts them
 * @param transaction an open transaction, if there is one
 * @param text its last statement, where known
 */
public record SeenSession(long id, Client client, String command, Duration since, OptionalLong lastStatement, OptionalLong statements,
        Optional<OpenTransaction> transaction, Optional<String> text) {
    private static final Set<String> SYSTEM = Set.of("system user", "event_scheduler", "unauthenticated user", "mysql.session", "mysql.sys",
            "mysql.infoschema", "mariadb.sys", "rdsadmin", "rdsrepladmin", "cloudsqladmin", "azure_superuser");

    /** @param locked rows that it has locked, at a guess of the server */
    public record OpenTransaction(Duration age, long locked, long changed) {}

    /** Waits for its client. */
    public boolean sleeps() {
        return command.equalsIgnoreCase("Sleep");
    }

    /** Belongs to the server, to replication or to whoever operates the server: nobody's leak. */
    public boolean isProtected() {
        String kind = command.toLowerCase(Locale.ROOT);
        return SYSTEM.contains(client.account()) || kind.startsWith("binlog dump") || kind.startsWith("register")
                || kind.startsWith("slave")
                || kind.equals("daemon") || kind.equals("connect");
    }
}
