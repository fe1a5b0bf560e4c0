package dev.usher.pool;

import dev.usher.config.HostAndPort;
import dev.usher.config.ServerTls;
import dev.usher.tls.TlsContext;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;

/** How server connections are encrypted. */
public interface TlsToServer {
    /** No TLS. */
    TlsToServer NONE = new TlsToServer() {
        @Override
        public ServerTls mode() {
            return ServerTls.DISABLED;
        }

        @Override
        public SslHandler handler(ByteBufAllocator alloc) {
            throw new IllegalStateException("TLS is off");
        }
    };

    /** A context of {@code tls}; the host is what {@link ServerTls#VERIFY_IDENTITY} checks. */
    static TlsToServer with(ServerTls mode, TlsContext context, HostAndPort server) {
        return new TlsToServer() {
            @Override
            public ServerTls mode() {
                return mode;
            }

            @Override
            public SslHandler handler(ByteBufAllocator alloc) {
                return context.get().newHandler(alloc, server.host(), server.port());
            }
        };
    }

    ServerTls mode();

    /** A handler for one connection. */
    SslHandler handler(ByteBufAllocator alloc);

    default boolean wanted() {
        return mode() != ServerTls.DISABLED;
    }

    /** Whether a server without TLS is refused. */
    default boolean required() {
        return mode() != ServerTls.DISABLED && mode() != ServerTls.PREFERRED;
    }
}
