package dev.usher.proxy;

import dev.usher.auth.Credentials;
import dev.usher.auth.NativeStoredHash;
import dev.usher.pool.Account;
import dev.usher.pool.Question;
import dev.usher.pool.Question.Answer;
import dev.usher.pool.ServerConnection;
import dev.usher.pool.Worker;
import dev.usher.session.Baseline;
import dev.usher.session.Session;
import dev.usher.wire.ErrPacket;
import org.jspecify.annotations.Nullable;

/**
 * A login that has succeeded: what it taught is kept, the server connection that it opened joins the pool, the schema it asked for is opened, and the session
 * begins.
 */
final class Admission {
    private static final int WRONG_VALUE = 1231;

    private final Authentication authentication;
    private final ClientLogin login;
    private final ClientConnection client;
    private final Worker worker;
    private final LoginRequest request;
    private final Account account;
    private final @Nullable LoginRelay relayed;

    Admission(Authentication authentication, ClientLogin login, ClientConnection client, LoginRequest request, Account account,
            @Nullable LoginRelay relayed) {
        this.authentication = authentication;
        this.login = login;
        this.client = client;
        this.worker = client.worker();
        this.request = request;
        this.account = account;
        this.relayed = relayed;
    }

    /** @param candidate what the server has accepted, if Usher knew it */
    void learn(ServerConnection connection, @Nullable Credentials candidate) {
        Credentials learned = candidate != null ? candidate : relayed == null ? null : relayed.learned();
        if (learned != null) {
            account.learned(learned);
            openSchemaOn(connection);
        } else if (relayed != null && relayed.nativeAnswered() && connection.greeting().mariaDb()) {
            askForHash(connection, relayed);
        } else {
            openSchemaOn(connection);
        }
    }

    /** On MariaDB an account may read its own hash, which together with the client's answer is all that a login needs. */
    private void askForHash(ServerConnection connection, LoginRelay from) {
        connection.ask(Question.query("SHOW GRANTS", answer -> {
            if (answer instanceof Answer.Rows rows) {
                for (@Nullable
                String[] row : rows.rows()) {
                    String line = row.length > 0 ? row[0] : null;
                    NativeStoredHash hash = line == null ? null : NativeStoredHash.fromStatement(line);
                    Credentials learned = hash == null ? null : from.learnedFrom(hash);
                    if (learned != null) {
                        account.learned(learned);
                        break;
                    }
                }
            }
            openSchemaOn(connection);
        }));
    }

    private void openSchemaOn(ServerConnection connection) {
        String schema = request.database();
        if (schema == null || client.closed()) {
            adopt(connection);
            return;
        }
        worker.logins().openSchema(connection, schema, error -> {
            if (error == null) {
                adopt(connection);
            } else {
                worker.logins().adopt(connection);
                authentication.failed(error);
            }
        });
    }

    private void adopt(ServerConnection connection) {
        authentication.doneLearning();
        if (client.closed()) {
            worker.logins().abandon(connection);
            return;
        }
        if (!authentication.linkIsEnough()) {
            worker.logins().adopt(connection);
            return;
        }
        // The client must count before the connection is adopted: an account that only its clients can log in keeps it for them.
        ClientSession begun = newSession();
        ErrPacket full = worker.logins().adopt(connection);
        if (full == null) {
            enter(begun);
        } else {
            begun.ended();
            authentication.failed(full);
        }
    }

    /** Without a server connection of its own: the account is known. */
    void enter() {
        if (authentication.linkIsEnough()) {
            enter(newSession());
        }
    }

    private ClientSession newSession() {
        Baseline baseline = account.baseline(request.poolCapabilities());
        if (baseline == null) {
            throw new IllegalStateException("account without a baseline");
        }
        return new ClientSession(client, account, request.capabilities(), request.collation(), baseline, request.program());
    }

    private void enter(ClientSession begun) {
        String charset = begun.session().value("character_set_client");
        if (Session.WIDE.contains(charset)) {
            begun.ended();
            authentication.failed(
                    new ErrPacket(WRONG_VALUE, "42000", "Variable 'character_set_client' can't be set to the value of '" + charset + "'"));
            return;
        }
        String schema = request.database();
        client.loggedIn(begun);
        if (schema == null) {
            admit(begun);
        } else {
            begun.openSchema(schema, error -> {
                if (error == null) {
                    admit(begun);
                } else {
                    authentication.failed(error);
                }
            });
        }
    }

    private void admit(ClientSession begun) {
        if (!client.closed()) {
            authentication.beforeOk();
            login.admit(begun, request, authentication.certificateProof());
        }
    }
}
