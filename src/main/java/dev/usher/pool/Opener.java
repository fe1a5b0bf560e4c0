package dev.usher.pool;

import dev.usher.pool.Question.Answer;
import dev.usher.session.Baseline;
import dev.usher.session.Collations;
import dev.usher.session.Flavour;
import dev.usher.session.RestorePlan;
import dev.usher.session.SessionState;
import dev.usher.session.UserVariables;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens server connections: socket, TLS, login, and then what Usher must know and set before it can lend one. */
final class Opener {
    /** In the server's performance_schema.session_connect_attrs; the doctor recognises an Usher by it. */
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "program_name", "usher", "_client_name", "usher", "_pid", Long.toString(ProcessHandle.current().pid()), "_os", "Linux");

    private static final Duration LOGIN_LIMIT = Duration.ofSeconds(30);
    /** No session's to set; but a connection that began with other ones is no longer what a client's own would be. */
    private static final Set<String> ADMINISTRATORS = Set.of("init_connect", "max_allowed_packet");

    private final Worker worker;
    private final EventLoop loop;
    private final ServerLink link;
    private final TlsToServer tls;
    private final Server server;
    private final Duration lifetime;

    Opener(Worker worker, EventLoop loop, ServerLink link, TlsToServer tls, Server server, Duration lifetime) {
        this.worker = worker;
        this.loop = loop;
        this.link = link;
        this.tls = tls;
        this.server = server;
        this.lifetime = lifetime;
    }

    /**
     * Opens one connection.
     *
     * @param verified whether Usher itself has verified who logs in: only then may the server's Unix socket be used, where {@code unix_socket} would
     *     let in anybody as the system user that Usher runs as
     */
    void open(Pool pool, AuthResponder responder, boolean verified, Consumer<Opening> then) {
        boolean overSocket = verified && link.hasSocket() && pool.account().mayUseSocket();
        Login login = new Login(pool, responder, overSocket, then);
        ServerLogin handler =
                new ServerLogin(pool.account().user(), pool.capabilities(), tls, responder, ATTRIBUTES, server::greeted, login);
        // A login that is relayed also waits for its client.
        Duration connectTimeout = worker.config().server().connectTimeout();
        Duration limit = verified && connectTimeout.compareTo(LOGIN_LIMIT) < 0 ? connectTimeout : LOGIN_LIMIT;
        login.limit = loop.schedule(() -> login.tooLong(handler), limit.toMillis(), TimeUnit.MILLISECONDS);
        // A name look-up may take longer than all else: whoever is first, the limit or the failure, is heard.
        link.connect(loop, overSocket, handler, channel -> login.connected(channel, handler), handler::notConnected);
    }

    private final class Login implements ServerLogin.Listener {
        private final Pool pool;
        private final AuthResponder responder;
        private final boolean overSocket;
        private final Consumer<Opening> then;
        /** Before the login: what it finds is at least as new. */
        private final long epoch = server.globalEpoch();
        private @Nullable Channel channel;
        private @Nullable ServerLogin handler;
        private @Nullable Future<?> limit;
        private @Nullable ServerConnection connection;

        Login(Pool pool, AuthResponder responder, boolean overSocket, Consumer<Opening> then) {
            this.pool = pool;
            this.responder = responder;
            this.overSocket = overSocket;
            this.then = then;
        }

        void connected(Channel opened, ServerLogin with) {
            channel = opened;
            handler = with;
        }

        void tooLong(ServerLogin running) {
            ServerConnection open = connection;
            if (open == null) {
                running.timedOut();
            } else {
                // Logged in, but it does not answer what Usher asks first: that is lost, which ends this.
                open.quit();
            }
        }

        private void done(Opening opening) {
            Future<?> timer = limit;
            if (timer != null) {
                timer.cancel(false);
            }
            then.accept(opening);
        }

        @Override
        public void ended(ServerLogin.Outcome outcome) {
            switch (outcome) {
                case ServerLogin.Outcome.LoggedIn in -> loggedIn(in);
                case ServerLogin.Outcome.Refused refused -> {
                    int code = refused.error().code();
                    if (overSocket && (code == 1698 || code == 1045)) {
                        overTcpInstead();
                    } else if (code == 1040 || code == 1203 || code == 1226 || refused.beforeLogin()) {
                        done(new Opening.Full(refused.error()));
                    } else if (refused.error().sqlState().equals("08S01")) {
                        // About the connection, not the account: the server is going down (1053), or was too slow itself (1159).
                        done(new Opening.Unreachable(refused.error().message()));
                    } else {
                        done(new Opening.Refused(refused.error()));
                    }
                }
                case ServerLogin.Outcome.Abandoned abandoned -> done(new Opening.Abandoned(abandoned.why()));
                case ServerLogin.Outcome.Failed failed -> done(new Opening.Unreachable(failed.why()));
            }
        }

        private void loggedIn(ServerLogin.Outcome.LoggedIn in) {
            Channel open = channel;
            ServerLogin loggedIn = handler;
            if (open == null || loggedIn == null) {
                done(new Opening.Unreachable("the connection was closed"));
                return;
            }
            // Between 90 and 100 % of the lifetime, so that connections opened together do not end together.
            long life = (long) (lifetime.toNanos() * (0.9 + ThreadLocalRandom.current().nextDouble() * 0.1));
            ServerConnection opened = new ServerConnection(
                    worker, pool, open, in.greeting(), in.capabilities(), in.encrypted(), System.nanoTime() + life);
            connection = opened;
            open.pipeline().replace(loggedIn, "server", opened);
            initialise(opened, epoch, this::done, this::overTcpInstead);
        }

        /** Over its socket the server takes the account for another one, with other rights. */
        private void overTcpInstead() {
            pool.account().anotherOverSocket();
            Future<?> timer = limit;
            if (timer != null) {
                timer.cancel(false);
            }
            open(pool, responder, false, then);
        }
    }

    /** Reads what is not known yet, and switches the trackers on. */
    private void initialise(ServerConnection connection, long epoch, Consumer<Opening> then, Runnable somebodyElse) {
        if (server.collations() == null) {
            connection.ask(Question.query(Collations.QUERY, answer -> {
                if (answer instanceof Answer.Rows rows) {
                    server.collations(Collations.read(rows.rows()));
                    initialise(connection, epoch, then, somebodyElse);
                } else {
                    failed(connection, answer, then);
                }
            }));
            return;
        }
        Account account = connection.pool().account();
        boolean mariaDb = server.flavour() == Flavour.MARIADB;
        connection.ask(Question.query("SELECT CURRENT_USER(), CURRENT_ROLE()", answer -> {
            // CURRENT_ROLE() is unknown to MySQL 5.7.
            String role = answer instanceof Answer.Rows rows && !rows.rows().isEmpty() ? String.valueOf(rows.rows().getFirst()[1]) : "";
            connection.role(role);
            if (answer instanceof Answer.Rows rows && !rows.rows().isEmpty()) {
                connection.user(String.valueOf(rows.rows().getFirst()[0]));
            }
        }));
        Answer[] link = new Answer[2];
        connection.ask(Question.query(RequiredLink.OF_ACCOUNT, answer -> link[0] = answer));
        connection.ask(Question.query(RequiredLink.OF_SERVER, answer -> link[1] = answer));
        connection.ask(Question.query(mariaDb ? VARIABLES_OF_MARIADB : "SHOW SESSION VARIABLES", answer -> {
            if (answer instanceof Answer.Rows rows) {
                Baseline read = server.intern(variables(rows.rows(), mariaDb));
                Account.Identity seen = new Account.Identity(connection.user(), connection.role());
                Account.Identity overTcp = account.identity();
                if (connection.overSocket() && !seen.equals(overTcp)) {
                    connection.quit();
                    somebodyElse.run();
                    return;
                }
                account.identity(seen);
                RequiredLink required = RequiredLink.of(link[0], link[1]);
                if (required != null) {
                    account.requiredLink(required);
                }
                account.baseline(connection.pool().capabilities(), read, epoch);
                connection.baseline(read);
                track(connection, read, then);
            } else {
                failed(connection, answer, then);
            }
        }));
    }

    /** Reads all that a session may have set, where no tracker can be relied on; {@code then} gets the state, or null. */
    void readState(ServerConnection connection, Consumer<@Nullable SessionState> then) {
        boolean mariaDb = server.flavour() == Flavour.MARIADB;
        connection.ask(Question.query(mariaDb ? VARIABLES_OF_MARIADB : "SHOW SESSION VARIABLES", answer -> {
            if (answer instanceof Answer.Rows rows) {
                SessionState state = SessionState.INITIAL.withSchema(connection.state().schema());
                int known = 0;
                for (Map.Entry<String, String> variable : variables(rows.rows(), mariaDb).entrySet()) {
                    if (connection.baseline().value(variable.getKey()) != null) {
                        known++;
                        state = connection.baseline().apply(state, variable.getKey(), variable.getValue());
                    }
                }
                // Fewer than there are: sql_select_limit has cut the answer, or it is in a character set in which the names are others.
                then.accept(known < connection.baseline().values().size() ? null : state);
            } else {
                then.accept(null);
            }
        }));
    }

    /** The variables that a session can set; what others are set to is nobody's state. */
    private static final String VARIABLES_OF_MARIADB =
            "SELECT VARIABLE_NAME, COALESCE(SESSION_VALUE, GLOBAL_VALUE) FROM information_schema.SYSTEM_VARIABLES"
                    + " WHERE VARIABLE_SCOPE LIKE 'SESSION%' AND READ_ONLY = 'NO' OR VARIABLE_NAME = 'INIT_CONNECT'"
                    + " LIMIT 10000";

    private void track(ServerConnection connection, Baseline read, Consumer<Opening> then) {
        connection.ask(Question.query(server.trackers(read), answer -> {
            if (answer instanceof Answer.Rows) {
                then.accept(new Opening.Opened(connection));
            } else {
                failed(connection, answer, then);
            }
        }));
    }

    /**
     * Brings a connection back to the state after its login, except for its schema.
     *
     * @param then true if that worked and the connection can be lent again
     */
    void reset(ServerConnection connection, Consumer<Boolean> then) {
        Baseline baseline = connection.baseline();
        if (!baseline.values().getOrDefault("init_connect", "").isEmpty()) {
            // COM_RESET_CONNECTION does not run init_connect again.
            clear(connection, () -> then.accept(false));
            return;
        }
        boolean[] done = {false, true, true};
        connection.ask(Question.simple(Command.RESET_CONNECTION, new byte[0], answer -> {
            done[0] = answer instanceof Answer.Rows;
            connection.statements().clear();
            connection.sqlStatements().clear();
            connection.variables(UserVariables.NONE);
            connection.drawn().clear();
        }));
        connection.lastInsertId(0);
        connection.state(SessionState.INITIAL.withSchema(connection.state().schema()));
        // A role survives, whoever set it and however.
        connection.ask(Question.query("SELECT CURRENT_ROLE()", answer -> {
            done[1] = connection.role().isEmpty();
            if (answer instanceof Answer.Rows rows && !rows.rows().isEmpty()) {
                done[1] = connection.role().equals(String.valueOf(rows.rows().getFirst()[0]));
            }
        }));
        String collation = baseline.values().getOrDefault("collation_connection", "utf8mb4_general_ci");
        if (server.flavour() == Flavour.MYSQL) {
            // MySQL resets the character sets to the server's defaults, not to those of the login.
            connection.ask(Question.query("SET NAMES utf8mb4 COLLATE " + collation, answer -> {}));
        } else if (!connection.state().schema().isEmpty()) {
            // MariaDB keeps the schema but not its @@collation_database, which SET CHARACTER SET and LOAD DATA go by.
            byte[] schema = connection.state().schema().getBytes(StandardCharsets.UTF_8);
            connection.ask(Question.simple(Command.INIT_DB, schema, answer -> done[2] = answer instanceof Answer.Rows));
        }
        if (Capabilities.has(connection.pool().capabilities(), Capabilities.IGNORE_SPACE | Capabilities.INTERACTIVE)) {
            // Nor does it set what these flags of the login set. MariaDB Connector/J has the first one, and closing would cost it a connect for each session.
            connection.ask(Question.query(
                    "SET @@session.sql_mode=" + RestorePlan.text(baseline.values().getOrDefault("sql_mode", ""))
                            + ",@@session.wait_timeout="
                            + baseline.values().getOrDefault("wait_timeout", "DEFAULT"),
                    answer -> done[0] &= answer instanceof Answer.Rows));
        }
        connection.ask(Question.query(
                server.trackers(baseline), answer -> then.accept(done[0] && done[1] && done[2] && answer instanceof Answer.Rows)));
    }

    /** Has a connection that is then to be closed let go of what it has locked. */
    void clear(ServerConnection connection, Runnable then) {
        connection.ask(Question.simple(Command.RESET_CONNECTION, new byte[0], answer -> then.run()));
    }

    private static void failed(ServerConnection connection, Answer answer, Consumer<Opening> then) {
        String why = switch (answer) {
            case Answer.Refused refused -> refused.error().toString();
            case Answer.Lost lost -> lost.cause().message();
            case Answer.Rows rows -> "unexpected answer";
        };
        connection.quit();
        then.accept(new Opening.Unreachable("a new server connection could not be prepared: " + why));
    }

    private static Map<String, String> variables(List<@Nullable String[]> rows, boolean mariaDb) {
        Map<String, String> variables = new HashMap<>();
        for (@Nullable
        String[] row : rows) {
            String name = row[0];
            String lower = name == null ? "" : name.toLowerCase(Locale.ROOT);
            boolean settable = mariaDb || Baseline.settableOnMySql(lower);
            if (ADMINISTRATORS.contains(lower) || settable && Baseline.isState(lower)) {
                String value = row.length > 1 ? row[1] : null;
                variables.put(lower, value == null ? "" : value);
            }
        }
        return variables;
    }
}
