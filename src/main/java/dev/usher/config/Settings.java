package dev.usher.config;

import static dev.usher.config.Setting.Group.ADMIN;
import static dev.usher.config.Setting.Group.CLIENTS;
import static dev.usher.config.Setting.Group.POOL;
import static dev.usher.config.Setting.choice;
import static dev.usher.config.Setting.list;
import static dev.usher.config.Setting.single;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every setting of {@code usher serve}, once. */
public final class Settings {
    public static final Setting<HostAndPort> SERVER = single(Setting.Group.SERVER, "server", "HOST:PORT", "",
            text -> HostAndPort.parse(text, 3306), "The MySQL or MariaDB server");
    public static final Setting<Path> SERVER_SOCKET = single(Setting.Group.SERVER, "server-socket", "PATH", "", Path::of,
            "The server's Unix socket, used for accounts that Usher verified itself");
    public static final Setting<ServerTls> SERVER_TLS = choice(Setting.Group.SERVER, "server-tls", ServerTls.PREFERRED,
            ServerTls.class, "TLS towards the server");
    public static final Setting<Path> SERVER_TLS_CA = single(Setting.Group.SERVER, "server-tls-ca", "FILE", "", Path::of,
            "Authorities (PEM) that verify-ca and verify-identity trust instead of the system's");
    public static final Setting<Duration> SERVER_CONNECT_TIMEOUT = duration(Setting.Group.SERVER,
            "server-connect-timeout", "10s", "How long a login waits for a server that has not been reached since the start");

    public static final Setting<List<ListenAddress>> LISTEN = list(CLIENTS, "listen", "ADDRESS", "127.0.0.1:1040",
            ListenAddress::parse, "Where clients connect: HOST:PORT, [IPV6]:PORT, *:PORT or the path of a Unix socket");
    public static final Setting<Integer> MAX_CLIENT_CONNECTIONS = single(CLIENTS, "max-client-connections", "N", "10000",
            Setting::integer, "More client connections are refused with error 1040");
    public static final Setting<Duration> LOGIN_TIMEOUT = duration(CLIENTS, "login-timeout", "5s",
            "How long to wait for each answer of a client that logs in");
    public static final Setting<Duration> DRAIN_LIMIT = duration(CLIENTS, "drain-limit", "30s",
            "How long statements and transactions may go on when Usher stops");
    public static final Setting<List<Cidr>> PROXY_PROTOCOL_FROM = list(CLIENTS, "proxy-protocol-from", "RANGE", "",
            Cidr::parse, "Addresses of load balancers that send a PROXY protocol header");
    public static final Setting<Path> TLS_CERT = single(CLIENTS, "tls-cert", "FILE", "", Path::of,
            "Certificate chain (PEM) for clients; made on first start when not given");
    public static final Setting<Path> TLS_KEY = single(CLIENTS, "tls-key", "FILE", "", Path::of,
            "Private key (PEM) of the certificate");

    public static final Setting<ServerConnectionLimit> MAX_SERVER_CONNECTIONS = single(POOL, "max-server-connections",
            "N|auto", "auto", ServerConnectionLimit::parse,
            "The budget; auto is what the server allows, less what others hold, less the reserve");
    public static final Setting<Integer> RESERVE = single(POOL, "reserve", "N", "2", Setting::integer,
            "Connections that an auto budget leaves to administrators");
    public static final Setting<HandOver> HAND_OVER = choice(POOL, "hand-over", HandOver.LAZY, HandOver.class,
            "When a lease ends: when somebody needs it, after every statement, or so and on another connection (for tests)");
    public static final Setting<Duration> WAIT_LIMIT = duration(POOL, "wait-limit", "10s",
            "How long a client waits for a server connection");
    public static final Setting<Integer> MAX_WAITING = single(POOL, "max-waiting", "N", "", Setting::integer,
            "How many clients may wait; as max-client-connections when not given");
    public static final Setting<Integer> WORKERS = single(POOL, "workers", "N", "0", Setting::integer,
            "Event loops; 0 for what suits the machine and the budget");
    public static final Setting<Duration> SERVER_IDLE_LIMIT = duration(POOL, "server-idle-limit", "5m",
            "A server connection is closed when it, or its client, has been idle for so long");
    public static final Setting<Duration> SERVER_LIFETIME = duration(POOL, "server-lifetime", "30m",
            "A server connection is replaced at about this age");
    public static final Setting<Integer> OPENING_RATE = single(POOL, "opening-rate", "N", "50", Setting::integer,
            "New server connections per second, at most");
    public static final Setting<Integer> PER_ACCOUNT_LIMIT = single(POOL, "per-account-limit", "N", "", Setting::integer,
            "Server connections that one account may hold");
    public static final Setting<Duration> CREDENTIAL_TTL = duration(POOL, "credential-ttl", "60s",
            "A login is confirmed with the server when the account's last confirmation is older");
    public static final Setting<Duration> PRIVILEGE_TTL = duration(POOL, "privilege-ttl", "5m",
            "A server connection that logged in so long before a client is not lent to it, so that new rights apply");
    static final Setting<Duration> PIN_LIMIT = duration(POOL, "pin-limit", "0",
            "A session that keeps its server connection for longer, other than by a transaction, is ended; 0 for never");
    static final Setting<Duration> IDLE_TRANSACTION_LIMIT = duration(POOL, "idle-transaction-limit", "0",
            "A session whose transaction is open and runs nothing for longer is ended; 0 for never");
    static final Setting<LogPins> LOG_PINS = choice(POOL, "log-pins", LogPins.OFF, LogPins.class,
            "Whether to log what pins a session to its server connection");
    static final Setting<ServerSideCode> SERVER_SIDE_CODE = choice(POOL, "server-side-code", ServerSideCode.PIN,
            ServerSideCode.class, "Whether stored routines are trusted to leave nothing in the session");

    public static final Setting<Optional<HostAndPort>> ADMIN_LISTEN = single(ADMIN, "admin", "HOST:PORT|off",
            "127.0.0.1:1041", Settings::addressOrOff, "Where admin statements are answered").in("admin", "listen");
    public static final Setting<String> ADMIN_ACCOUNT = single(ADMIN, "admin-account", "NAME", "admin", text -> text,
            "The account for admin statements").in("admin", "account");
    public static final Setting<Path> ADMIN_PASSWORD_FILE = single(ADMIN, "admin-password-file", "FILE", "", Path::of,
            "Its password; generated in the state directory when not given").in("admin", "password-file");
    static final Setting<Secret> ADMIN_PASSWORD = single(ADMIN, "admin-password", "", "", Secret::of,
            "Its password, in the file only").in("admin", "password");
    public static final Setting<Path> STATE_DIRECTORY = single(ADMIN, "state-directory", "DIR",
            StateDirectory.byDefault().toString(), Path::of, "Where Usher keeps what it generates");

    private static final List<Setting<?>> ALL = List.of(
            SERVER, SERVER_SOCKET, SERVER_TLS, SERVER_TLS_CA, SERVER_CONNECT_TIMEOUT,
            LISTEN, MAX_CLIENT_CONNECTIONS, LOGIN_TIMEOUT, DRAIN_LIMIT, PROXY_PROTOCOL_FROM, TLS_CERT, TLS_KEY,
            MAX_SERVER_CONNECTIONS, RESERVE, PER_ACCOUNT_LIMIT, HAND_OVER, WAIT_LIMIT, MAX_WAITING, WORKERS,
            SERVER_IDLE_LIMIT, SERVER_LIFETIME, OPENING_RATE, CREDENTIAL_TTL, PRIVILEGE_TTL, SERVER_SIDE_CODE,
            PIN_LIMIT, IDLE_TRANSACTION_LIMIT, LOG_PINS,
            ADMIN_LISTEN, ADMIN_ACCOUNT, ADMIN_PASSWORD_FILE, ADMIN_PASSWORD, STATE_DIRECTORY);

    private Settings() {}

    /** In the order of the help. */
    public static List<Setting<?>> all() {
        return ALL;
    }

    private static Setting<Duration> duration(Setting.Group group, String name, String byDefault, String help) {
        return single(group, name, "DURATION", byDefault, DurationText::parse, help);
    }

    private static Optional<HostAndPort> addressOrOff(String text) {
        return text.equals("off") ? Optional.empty()
                : Optional.of(HostAndPort.parse(text, ListenAddress.Tcp.EVERY_INTERFACE, AdminConfig.DEFAULT_PORT));
    }
}
