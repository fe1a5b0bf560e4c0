package dev.usher.pool;

import dev.usher.wire.Capabilities;
import dev.usher.wire.HandshakeV10;
import dev.usher.wire.ServerStatus;
import io.netty.channel.embedded.EmbeddedChannel;

/** A logged-in server connection without a worker behind it, for tests of what it reads. It must not be lost: that is the worker's business. */
public final class LoneServerConnection {
    private LoneServerConnection() {}

    public static ServerConnection on(EmbeddedChannel channel) {
        HandshakeV10 greeting =
                new HandshakeV10("9.7.0", 1, new byte[20], Capabilities.ALWAYS_TO_SERVER | Capabilities.LONG_PASSWORD, 255,
                        ServerStatus.AUTOCOMMIT, "caching_sha2_password");
        ServerConnection connection =
                new ServerConnection(null, new Pool(new Account("app", null), 0), channel, greeting, Capabilities.ALWAYS_TO_SERVER, false,
                        Long.MAX_VALUE);
        channel.pipeline().addLast(connection);
        return connection;
    }

    /** Lets go of what it holds; what it owes is lost. */
    public static void close(ServerConnection connection) {
        connection.quit();
    }
}
