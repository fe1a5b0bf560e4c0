package dev.usher.doctor.access;

import dev.usher.config.ServerTls;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/** One login at one endpoint. */
final class Login {
    /** Longer than any statement that the commands run takes on a server in distress. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private final Target target;

    Login(Target target) {
        this.target = target;
    }

    record Result(Connection connection, String version) {}

    Result at(Endpoint endpoint) throws NoAccessException {
        GreetedSocket socket = GreetedSocket.open(endpoint, target.timeout());
        try {
            Result result = switch (socket.greeting()) {
                case Greeting.Foreign foreign -> throw GreetedSocket.foreign(endpoint, foreign.start());
                case Greeting.Refusal refusal -> throw refused(endpoint, refusal.code(), refusal.message());
                case Greeting.Offer offer -> new Result(connect(endpoint, socket, offer), offer.version());
            };
            return result;
        } catch (NoAccessException e) {
            try {
                socket.close();
            } catch (IOException unimportant) {
                e.addSuppressed(unimportant);
            }
            throw e;
        }
    }

    private Connection connect(Endpoint endpoint, GreetedSocket socket, Greeting.Offer offer) throws NoAccessException {
        boolean tls = tls(endpoint, offer);
        try {
            return ScopedValue.where(GreetedSocketFactory.SOCKET, socket)
                    .call(() -> DriverManager.getConnection(url(endpoint), properties(tls)));
        } catch (SQLException e) {
            if (e.getErrorCode() != 0) {
                throw refused(endpoint, e.getErrorCode(), Driver.message(e));
            }
            throw new NoAccessException("no login at " + endpoint + ": " + Driver.message(e));
        }
    }

    private boolean tls(Endpoint endpoint, Greeting.Offer offer) throws NoAccessException {
        boolean wanted = target.tls() != ServerTls.DISABLED && !(endpoint instanceof Endpoint.UnixSocket);
        if (wanted && !offer.tls() && target.tls() != ServerTls.PREFERRED) {
            throw new NoAccessException(endpoint + " does not offer TLS, which --ssl-mode demands");
        }
        return wanted && offer.tls();
    }

    /** The host matters to the check of the certificate alone. */
    private static String url(Endpoint endpoint) {
        String address = switch (endpoint) {
            case Endpoint.Tcp tcp -> tcp.address().toString();
            case Endpoint.UnixSocket socket -> "localhost";
        };
        return "jdbc:mariadb://" + address + "/";
    }

    private Properties properties(boolean tls) {
        Properties properties = new Properties();
        properties.setProperty("user", target.user());
        properties.setProperty("password", target.password().reveal());
        properties.setProperty("sslMode", !tls ? "disable" : switch (target.tls()) {
            case DISABLED -> "disable";
            case PREFERRED, REQUIRED -> "trust";
            case VERIFY_CA -> "verify-ca";
            case VERIFY_IDENTITY -> "verify-full";
        });
        target.authority().ifPresent(file -> properties.setProperty("serverSslCert", file.toString()));
        properties.setProperty("allowPublicKeyRetrieval", "true"); // caching_sha2_password over a plain connection
        properties.setProperty("socketFactory", GreetedSocketFactory.class.getName());
        properties.setProperty("connectTimeout", Long.toString(target.timeout().toMillis()));
        properties.setProperty("socketTimeout", Long.toString(ANSWER_LIMIT.toMillis()));
        properties.setProperty("connectionAttributes", Identity.ATTRIBUTES);
        properties.setProperty("retriesAllDown", "1");
        properties.setProperty("allowMultiQueries", "true"); // a check and what depends on it, in one command
        return properties;
    }

    private NoAccessException refused(Endpoint endpoint, int code, String message) {
        String text = switch (code) {
            case 1040 -> endpoint + ": " + message + " (1040)";
            case 1045 -> "access denied at " + endpoint + ": " + message + " (1045)"
                    + (target.password().isEmpty() ? "; a password comes from USHER_PASSWORD, --password-file or ~/.my.cnf" : "");
            case 1129 -> endpoint + ": " + message + " (1129). The server blocks this address after max_connect_errors broken logins; "
                    + "from another address: FLUSH HOSTS";
            case 1130 -> endpoint + ": " + message + " (1130)";
            case 1203, 1226 -> endpoint + ": " + message + " (" + code + "). It is this account's own limit: use another account";
            default -> endpoint + ": " + message + " (" + code + ")";
        };
        return new NoAccessException(text, code);
    }
}
