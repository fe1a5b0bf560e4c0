package dev.usher.cli;

import dev.usher.config.ConfigException;
import dev.usher.config.HostAndPort;
import dev.usher.config.PasswordFile;
import dev.usher.config.Secret;
import dev.usher.config.ServerTls;
import dev.usher.doctor.access.Driver;
import dev.usher.doctor.access.Endpoint;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.access.NoAccessException;
import dev.usher.doctor.access.OptionFile;
import dev.usher.doctor.access.ServerAccess;
import dev.usher.doctor.access.ServerUrl;
import dev.usher.doctor.access.Target;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options of the commands that look at a server, for {@code @Mixin}. An option wins over the URL, the URL over the environment, and that over the
 * option file.
 */
final class ServerOptions {
    private static final String PASSWORD_VARIABLE = "USHER_PASSWORD";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--server", paramLabel = "URL", description = "mysql://USER@HOST:PORT or HOST:PORT; where left out, ~/.my.cnf says which")
    private Optional<String> server = Optional.empty();

    @Option(names = "--user", paramLabel = "NAME", description = "Who logs in (default: ~/.my.cnf, else the system user)")
    private Optional<String> user = Optional.empty();

    @Option(names = "--password-file", paramLabel = "FILE", description = "Its first line is the password; the variable USHER_PASSWORD and ~/.my.cnf may have it instead")
    private Optional<Path> passwordFile = Optional.empty();

    @Option(names = "--defaults-file", paramLabel = "FILE", description = "Read the [client] groups of this option file instead of ~/.my.cnf")
    private Optional<Path> defaultsFile = Optional.empty();

    @Option(names = "--socket", paramLabel = "PATH", description = "The server's Unix socket: instead of --server, or as another way in when the server is full")
    private Optional<Path> socket = Optional.empty();

    @Option(names = "--admin-address", paramLabel = "HOST:PORT", description = "Where the server keeps a way in for administrators (MySQL admin_port, MariaDB extra_port), if it is not found by itself")
    private Optional<String> adminAddress = Optional.empty();

    @Option(names = "--ssl-mode", paramLabel = "MODE", description = "disabled, preferred, required, verify_ca or verify_identity (default: preferred)")
    private Optional<String> sslMode = Optional.empty();

    @Option(names = "--ssl-ca", paramLabel = "FILE", description = "The authority that signed the server's certificate, in PEM")
    private Optional<Path> authority = Optional.empty();

    /**
     * Logs in, by an administrative way if need be.
     *
     * @throws CommandFailed with one line, and exit status 3, if no way leads in
     */
    Entry open() {
        return open(target());
    }

    /** As {@link #open()}, for another look at the same server. */
    static Entry open(Target target) {
        try {
            return ServerAccess.open(target);
        } catch (NoAccessException e) {
            throw CommandFailed.refused(e.getMessage());
        }
    }

    /** Whether anything says which server is meant. */
    boolean isGiven() {
        return server.isPresent() || socket.isPresent() || defaultsFile.isPresent();
    }

    /** For a statement that failed after the login: the server has ended, or refuses the statement. */
    static CommandFailed failed(Entry entry, SQLException e) {
        String what = Driver.isLost(e) ? "lost the connection to " + entry.endpoint() + ": " : entry.endpoint() + " refuses a statement: ";
        return CommandFailed.refused(what + Driver.message(e) + (e.getErrorCode() == 0 ? "" : " (" + e.getErrorCode() + ")"));
    }

    /** What the options, the environment and the option file say together. */
    Target target() {
        OptionFile file = defaultsFile.map(OptionFile::read).orElseGet(OptionFile::ofUser);
        Optional<ServerUrl> url = server.map(text -> parsed("--server", hidden(text), () -> ServerUrl.parse(text)));
        Optional<Path> socketPath = socket.or(() -> file.get("socket").filter(path -> !path.isEmpty()).map(Path::of));
        Optional<Endpoint> endpoint = url.map(given -> address(given, file))
                .or(() -> socket.map(Endpoint.UnixSocket::new))
                .or(() -> fromFile(file, socketPath));
        if (endpoint.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--server is missing: mysql://USER@HOST:PORT or HOST:PORT");
        }
        Optional<HostAndPort> admin =
                adminAddress.map(text -> parsed("--admin-address", text, () -> HostAndPort.parse(text, 33062)));
        return new Target(endpoint.get(), socketPath, admin, userName(url, file), password(url, file), tls(file),
                authority.or(() -> file.get("ssl-ca").filter(path -> !path.isEmpty()).map(Path::of)), Target.TIMEOUT);
    }

    private static Endpoint address(ServerUrl url, OptionFile file) {
        int port = url.hasPort() ? url.address().port() : port(file);
        return new Endpoint.Tcp(new HostAndPort(url.address().host(), port));
    }

    /** As the servers' own clients do it: {@code localhost}, or no host at all, is the socket. */
    private static Optional<Endpoint> fromFile(OptionFile file, Optional<Path> socketPath) {
        Optional<String> host = file.get("host").filter(name -> !name.isEmpty());
        if (socketPath.isPresent() && host.orElse("localhost").equals("localhost")) {
            return socketPath.map(Endpoint.UnixSocket::new);
        }
        return host.or(() -> file.get("port").map(port -> "localhost")).map(name -> new Endpoint.Tcp(new HostAndPort(name, port(file))));
    }

    private static int port(OptionFile file) {
        String text = file.get("port").orElse(Integer.toString(ServerUrl.DEFAULT_PORT));
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new ConfigException("port = " + text + " in the option file: must be a number");
        }
    }

    private String userName(Optional<ServerUrl> url, OptionFile file) {
        return user.or(() -> url.flatMap(ServerUrl::user)).or(() -> file.get("user")).orElseGet(() -> System.getProperty("user.name"));
    }

    private Secret password(Optional<ServerUrl> url, OptionFile file) {
        Optional<Secret> inUrl = url.flatMap(ServerUrl::password);
        if (inUrl.isPresent() && passwordFile.isEmpty()) {
            spec.commandLine().getErr()
                    .println(
                            "usher: warning: a password on the command line can be read by every user of this machine; " + PASSWORD_VARIABLE
                                    + " or --password-file keep it");
            spec.commandLine().getErr().flush();
        }
        return passwordFile.map(PasswordFile::read).or(() -> inUrl)
                .or(() -> Optional.ofNullable(System.getenv(PASSWORD_VARIABLE)).map(Secret::of))
                .or(() -> file.get("password").map(Secret::of))
                .orElseGet(() -> Secret.of(""));
    }

    private ServerTls tls(OptionFile file) {
        Optional<String> mode = sslMode.or(() -> file.get("ssl-mode"));
        if (mode.isPresent()) {
            String name = mode.get().toUpperCase(Locale.ROOT).replace('-', '_');
            return Arrays.stream(ServerTls.values()).filter(one -> one.name().equals(name)).findFirst()
                    .orElseThrow(() -> new ParameterException(spec.commandLine(), "--ssl-mode = " + mode.get() + ": must be one of "
                            + Arrays.stream(ServerTls.values()).map(one -> one.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(", "))));
        }
        boolean skip = file.get("skip-ssl").isPresent() || file.get("ssl").filter(value -> value.equals("0")).isPresent();
        return skip ? ServerTls.DISABLED : ServerTls.PREFERRED;
    }

    private <T> T parsed(String option, String shown, java.util.function.Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + " = " + shown + ": " + e.getMessage());
        }
    }

    private static String hidden(String url) {
        return url.replaceFirst(":[^:@/]*@", ":***@");
    }
}
