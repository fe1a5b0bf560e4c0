package dev.usher.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Waits until a server that was just started lets clients log in. */
final class Readiness {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private final ServerProcess process;
    private final EmbeddedServer server;

    Readiness(ServerProcess process, EmbeddedServer server) {
        this.process = process;
        this.server = server;
    }

    /**
     * Returns after the first login that succeeds.
     *
     * @throws EmbeddedServerException if the server ends first or takes longer than {@code limit}
     * @throws PortTakenException if it ends because one of its ports is in use
     */
    void await(Duration limit) throws PortTakenException {
        long deadline = System.nanoTime() + limit.toNanos();
        // The log is read first because logins that fail are counted, and after some of them the server blocks this host.
        while (!process.hasLogged("ready for connections")) {
            if (process.ended()) {
                throw failure("The embedded MariaDB server ended while it started");
            }
            if (System.nanoTime() > deadline) {
                throw new EmbeddedServerException(
                        "The embedded MariaDB server was not ready after " + limit.toSeconds() + " s. Is this machine very busy?");
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        logIn();
    }

    private EmbeddedServerException failure(String what) throws PortTakenException {
        List<String> log = process.lastWords();
        EmbeddedServerException failure = StartFailure.of(what, log);
        if (StartFailure.portWasTaken(log)) {
            throw new PortTakenException(failure);
        }
        return failure;
    }

    private void logIn() {
        // By the extra port: on the other one, clients that have waited for this server may have taken every connection.
        String url = "jdbc:mariadb://" + server.host() + ":" + server.extraPort() + "/?user=root&sslMode=disable&connectTimeout=10000";
        try (Connection connection = DriverManager.getConnection(url)) {
            if (!connection.isValid(10)) {
                throw new EmbeddedServerException("The embedded MariaDB server does not answer");
            }
        } catch (SQLException refused) {
            throw new EmbeddedServerException("The embedded MariaDB server lets nobody log in: " + refused.getMessage(), refused);
        }
    }
}
