package dev.usher.admin;

import dev.usher.auth.Credentials;
import dev.usher.config.AdminConfig;
import dev.usher.config.ListenAddress;
import dev.usher.config.Secret;
import dev.usher.tls.ServerCertificate;
import dev.usher.tls.SslContexts;
import dev.usher.tls.TlsContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The listener for admin statements. It has a thread of its own, so that it answers when every worker is busy, and a small
 * limit of connections, which application clients cannot use up.
 */
public final class AdminServer implements AutoCloseable {
    /** What the greeting says: drivers decide by it what they may ask for. */
    static final String PROTOCOL_VERSION = "8.0.40-usher-admin";

    /**
     * Ids of admin connections begin here, far from those of clients: a driver that cancels its own statement sends KILL
     * with its own id, and must not hit a client. Positive as a signed 32-bit number, as which some drivers read it.
     */
    static final long FIRST_CONNECTION_ID = 0x7000_0000L;

    static final int MAX_CONNECTIONS = 50;
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(5);

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("usher-admin", true), NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicLong lastConnectionId = new AtomicLong(FIRST_CONNECTION_ID);
    private final AdminLogin login;
    private final Channel listener;

    private AdminServer(InetSocketAddress address, AdminLogin login, PoolerView pooler, String usherVersion) {
        this.login = login;
        try {
            listener = new ServerBootstrap()
                    .group(loop)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            boolean full = connections.size() >= MAX_CONNECTIONS;
                            connections.add(channel);
                            channel.pipeline()
                                    .addLast(AdminConnection.LOGIN_TIMEOUT,
                                            new ReadTimeoutHandler(LOGIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS))
                                    .addLast(new AdminConnection(lastConnectionId.incrementAndGet(), login, pooler, usherVersion, full));
                        }
                    })
                    .bind(address)
                    .syncUninterruptibly()
                    .channel();
        } catch (RuntimeException e) {
            end();
            throw e;
        }
    }

    /**
     * Listens on {@code config.listen()}, which must be present.
     *
     * <p>Throws {@link java.net.BindException} (unchecked, from Netty) when the address is in use.
     *
     * @param password from {@link AdminPassword}
     * @param certificate for clients that want TLS; a plain link is possible too
     */
    public static AdminServer start(AdminConfig config, Secret password, ServerCertificate certificate, PoolerView pooler,
            String usherVersion) {
        var listen = config.listen().orElseThrow();
        InetSocketAddress address = new ListenAddress.Tcp(listen.host(), listen.port()).socketAddress();
        var login = new AdminLogin(config.account(), Credentials.ofPassword(password.utf8()),
                new TlsContext(() -> SslContexts.towardsClients(certificate)), certificate.fingerprint());
        return new AdminServer(address, login, pooler, usherVersion);
    }

    /** Where it listens, with the real port where the configuration said 0. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Closes the listener and every connection. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        connections.close().awaitUninterruptibly();
        end();
    }

    private void end() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        login.tls().close();
    }
}
