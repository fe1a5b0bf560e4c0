package dev.usher.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A TCP address that is not resolved yet.
 *
 * @param host a name or an IP address, IPv6 without brackets
 * @param port 0 to 65535; 0 means any free port and only makes sense for listening
 */
public record HostAndPort(String host, int port) {
    /** {@code [::1]:3306}, {@code [::1]}, {@code host:3306}, {@code host}, {@code :3306}. */
    private static final Pattern FORM =
            Pattern.compile("(?:\\[(?<six>[0-9A-Fa-f:.%\\w]+)]|(?<host>[^\\s:/\\[\\]]*))(?::(?<port>\\d{1,5}))?");

    public HostAndPort {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("a host is missing");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("a port is at most 65535");
        }
    }

    /** @throws IllegalArgumentException with what is allowed, unless {@code text} is an address */
    public static HostAndPort parse(String text, int defaultPort) {
        return parse(text, "", defaultPort);
    }

    static HostAndPort parse(String text, String defaultHost, int defaultPort) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("must be HOST:PORT, with an IPv6 address in brackets: [::1]:" + defaultPort);
        }
        String host = form.group("six") != null ? form.group("six") : form.group("host");
        int port = form.group("port") == null ? defaultPort : Integer.parseInt(form.group("port"));
        return new HostAndPort(host.isEmpty() ? defaultHost : host, port);
    }

    /** Where to connect to what listens on this address: every interface is reached over loopback. */
    public HostAndPort dialled() {
        return host.equals(ListenAddress.Tcp.EVERY_INTERFACE) || host.equals("0.0.0.0") || host.equals("::")
                ? new HostAndPort("localhost", port)
                : this;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
