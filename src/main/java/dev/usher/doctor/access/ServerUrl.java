package dev.usher.doctor.access;

import dev.usher.config.HostAndPort;
import dev.usher.config.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code mysql://user:password@host:port}, {@code mariadb://…}, {@code user@host:port} or {@code host:port}. User and password may be percent-encoded.
 *
 * @param address port 3306 where none is given
 */
public record ServerUrl(HostAndPort address, boolean hasPort, Optional<String> user, Optional<Secret> password) {
    public static final int DEFAULT_PORT = 3306;

    private static final Pattern FORM =
            Pattern.compile("(?:(?<scheme>[a-z]+)://)?(?:(?<user>[^@:/]*)(?::(?<password>[^@]*))?@)?(?<address>[^@/]+)/?");

    /** @throws IllegalArgumentException with what is allowed */
    public static ServerUrl parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("must be mysql://USER@HOST:PORT or HOST:PORT");
        }
        String scheme = form.group("scheme");
        if (scheme != null && !scheme.equals("mysql") && !scheme.equals("mariadb")) {
            throw new IllegalArgumentException("must be mysql://USER@HOST:PORT or HOST:PORT, and not " + scheme + "://");
        }
        HostAndPort address = HostAndPort.parse(form.group("address"), DEFAULT_PORT);
        boolean hasPort = address.port() != DEFAULT_PORT || form.group("address").endsWith(":" + DEFAULT_PORT);
        return new ServerUrl(address, hasPort, decoded(form.group("user")), decoded(form.group("password")).map(Secret::of));
    }

    private static Optional<String> decoded(@org.jspecify.annotations.Nullable String text) {
        // A plus is a plus here: URLDecoder is for forms.
        return Optional.ofNullable(text).filter(some -> !some.isEmpty())
                .map(some -> URLDecoder.decode(some.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
}
