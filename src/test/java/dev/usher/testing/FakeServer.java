package dev.usher.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.usher.auth.NativePassword;
import dev.usher.wire.AuthSwitchRequest;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.OkPacket;
import dev.usher.wire.ServerStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server that logs anybody in, answers what a pooler asks on its own account, and does with everything else what a test has told it to. A thread for each
 * connection; all of them end with {@link #close}.
 */
public final class FakeServer implements AutoCloseable {
    private static final byte[] NONCE = "abcdefghijklmnopqrst".getBytes(UTF_8);
    private static final String PROBE = "usher-greeting-probe";

    /** What a connection does at some point instead of the usual. It may close, or return and go on to the next command. */
    public interface Deed {
        void on(FakeWire wire) throws IOException;
    }

    private final Flavour flavour;
    private final ServerSocket socket;
    private final Map<String, Deed> statements = new ConcurrentHashMap<>();
    private final Set<FakeWire> open = ConcurrentHashMap.newKeySet();
    private final Set<FakeWire> loggedIn = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private volatile @Nullable Deed insteadOfGreeting;
    private volatile @Nullable Deed insteadOfLogin;
    private volatile @Nullable Deed insteadOfCommands;
    private final Map<Command, Deed> commands = new ConcurrentHashMap<>();
    private volatile int maxConnections = 100;

    private FakeServer(Flavour flavour, int port) throws IOException {
        this.flavour = flavour;
        socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Thread.ofVirtual().name("fake-server").start(this::accept);
    }

    public static FakeServer start(Flavour flavour) throws IOException {
        return new FakeServer(flavour, 0);
    }

    /** On a port that an earlier one has left. */
    public static FakeServer startOn(int port, Flavour flavour) throws IOException {
        return new FakeServer(flavour, port);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** What new connections get in place of the greeting; null for the greeting. The connection is closed after it. */
    public void insteadOfGreeting(@Nullable Deed deed) {
        insteadOfGreeting = deed;
    }

    /** What follows a handshake response in place of the login; null for the login. The connection is closed after it. */
    public void insteadOfLogin(@Nullable Deed deed) {
        insteadOfLogin = deed;
    }

    /** What a connection does as soon as it is logged in; null for taking commands. The connection is closed after it. */
    public void insteadOfCommands(@Nullable Deed deed) {
        insteadOfCommands = deed;
    }

    /** What a command other than COM_QUERY and COM_QUIT does. */
    public void on(Command command, Deed deed) {
        commands.put(command, deed);
    }

    /** What a statement does. */
    public void on(String sql, Deed deed) {
        statements.put(sql, deed);
    }

    /** What a statement is answered with. */
    public void answers(String sql, Consumer<ScriptedResponse> response) {
        byte[] bytes = ScriptedResponse.toUsher(response);
        on(sql, wire -> wire.sendRaw(bytes));
    }

    /** As {@code max_connections}: a connection above it gets 1040 in place of the greeting. */
    public void maxConnections(int most) {
        maxConnections = most;
    }

    /** Logged in and not closed. */
    public int connections() {
        return loggedIn.size();
    }

    /** How many connections were logged in since the start. */
    public int logins() {
        return logins.get();
    }

    /** Sends the same to every connection that is logged in. */
    public void sendToAll(Consumer<ByteBuf> body) {
        for (FakeWire each : loggedIn) {
            try {
                each.send(0, body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Closes every connection that is open. */
    public void dropAll() {
        open.forEach(FakeServer::closeQuietly);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                FakeWire wire = new FakeWire(accepted);
                open.add(wire);
                Thread.ofVirtual().name("fake-server-connection").start(() -> serve(wire));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(FakeWire wire) {
        try (wire) {
            Optional<HandshakeResponse41> response = handshake(wire);
            if (response.isPresent()) {
                commands(wire, response.get());
            }
        } catch (IOException | IndexOutOfBoundsException gone) {
            // The other side closed, or this one was told to.
        } finally {
            open.remove(wire);
            loggedIn.remove(wire);
        }
    }

    private Optional<HandshakeResponse41> handshake(FakeWire wire) throws IOException {
        Deed instead = insteadOfGreeting;
        if (instead != null) {
            instead.on(wire);
            return Optional.empty();
        }
        if (open.size() > maxConnections) { // this one included, and those that are being logged in, as a server counts
            wire.send(0, new ErrPacket(1040, "", "Too many connections")::write);
            return Optional.empty();
        }
        wire.send(0, greeting()::write);
        HandshakeResponse41 response = HandshakeResponse41.read(wire.read());
        Deed broken = insteadOfLogin;
        if (broken != null) {
            broken.on(wire);
            return Optional.empty();
        }
        if (response.user().equals(PROBE)) {
            wire.answer(new ErrPacket(1045, "28000", "Access denied")::write);
            return Optional.empty();
        }
        if (!NativePassword.NAME.equals(response.authPlugin())) {
            ByteBuf nonce = Unpooled.buffer().writeBytes(NONCE).writeByte(0);
            byte[] data = new byte[nonce.readableBytes()];
            nonce.readBytes(data);
            wire.answer(new AuthSwitchRequest(NativePassword.NAME, data)::write);
            wire.read();
        }
        loggedIn.add(wire);
        logins.incrementAndGet();
        wire.answer(out -> OkPacket.write(out, ServerStatus.AUTOCOMMIT));
        return Optional.of(response);
    }

    private HandshakeV10 greeting() {
        long capabilities =
                Capabilities.ALWAYS_TO_SERVER | Capabilities.FOUND_ROWS | Capabilities.MULTI_RESULTS | Capabilities.PS_MULTI_RESULTS
                        | Capabilities.LOCAL_FILES;
        int id = ids.incrementAndGet();
        return switch (flavour) {
            case MYSQL ->
                new HandshakeV10("9.7.0", id, NONCE, capabilities | Capabilities.LONG_PASSWORD | Capabilities.QUERY_ATTRIBUTES, 255,
                        ServerStatus.AUTOCOMMIT, "caching_sha2_password");
            case MARIADB -> new HandshakeV10("11.4.5-MariaDB", id, NONCE, capabilities | Capabilities.MARIADB_STMT_BULK_OPERATIONS, 45,
                    ServerStatus.AUTOCOMMIT, NativePassword.NAME);
        };
    }

    private void commands(FakeWire wire, HandshakeResponse41 login) throws IOException {
        Deed instead = insteadOfCommands;
        if (instead != null) {
            instead.on(wire);
            return;
        }
        boolean attributes = Capabilities.has(login.capabilities(), Capabilities.QUERY_ATTRIBUTES);
        while (true) {
            ByteBuf packet = wire.read();
            Command command = Command.of(packet.readUnsignedByte());
            switch (command) {
                case QUIT -> {
                    return;
                }
                case QUERY -> {
                    packet.skipBytes(attributes ? 2 : 0);
                    query(wire, packet.toString(UTF_8));
                }
                case SET_OPTION -> wire.sendRaw(ScriptedResponse.toUsher(ScriptedResponse::end));
                default -> {
                    Deed deed = commands.get(command);
                    if (deed != null) {
                        deed.on(wire);
                    } else if (command.response() != Command.Response.NONE) {
                        wire.sendRaw(ScriptedResponse.toUsher(ScriptedResponse::ok));
                    }
                }
            }
        }
    }

    private void query(FakeWire wire, String sql) throws IOException {
        Deed deed = statements.get(sql);
        if (deed != null) {
            deed.on(wire);
            return;
        }
        wire.sendRaw(ScriptedResponse.toUsher(ownAnswer(sql)));
    }

    /** To what a pooler asks by itself; anything else is simply done. */
    private Consumer<ScriptedResponse> ownAnswer(String sql) {
        if (sql.equals("SHOW SESSION VARIABLES")) {
            return out -> {
                out.columns("Variable_name", "Value");
                VARIABLES.forEach(out::row);
                out.end();
            };
        }
        if (sql.contains("information_schema.COLLATIONS")) {
            return out -> out.columns("ID", "COLLATION_NAME", "CHARACTER_SET_NAME", "IS_DEFAULT")
                    .row("8", "latin1_swedish_ci", "latin1", "Yes")
                    .row("45", "utf8mb4_general_ci", "utf8mb4", "")
                    .row("255", "utf8mb4_0900_ai_ci", "utf8mb4", "Yes")
                    .end();
        }
        if (sql.contains("@@GLOBAL.max_connections")) {
            return out -> out.columns("n", "v").row("max_connections", Integer.toString(maxConnections)).end();
        }
        if (sql.startsWith("SHOW GLOBAL STATUS")) {
            return out -> out.columns("Variable_name", "Value").row("Threads_connected", Integer.toString(loggedIn.size())).end();
        }
        if (sql.startsWith("SHOW GRANTS")) {
            return out -> out.result("Grants", "GRANT USAGE ON *.* TO `app`@`%`");
        }
        return ScriptedResponse::ok;
    }

    private static final Map<String, String> VARIABLES = Map.of(
            "autocommit", "ON",
            "character_set_client", "utf8mb4",
            "character_set_connection", "utf8mb4",
            "character_set_results", "utf8mb4",
            "character_set_server", "utf8mb4",
            "collation_connection", "utf8mb4_general_ci",
            "collation_server", "utf8mb4_general_ci",
            "init_connect", "",
            "sql_mode", "STRICT_TRANS_TABLES",
            "wait_timeout", "28800");

    /** Stops listening and closes every connection. */
    @Override
    public void close() throws IOException {
        socket.close();
        dropAll();
    }

    private static void closeQuietly(FakeWire wire) {
        try {
            wire.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
