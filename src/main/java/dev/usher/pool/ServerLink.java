package dev.usher.pool;

import dev.usher.config.ServerConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Opens the socket of a server connection. The server's name is resolved for each one, so that a changed DNS entry is followed. */
final class ServerLink {
    private static final int LOW_WATER = 64 << 10;
    private static final int HIGH_WATER = 256 << 10;

    private final ServerConfig config;

    ServerLink(ServerConfig config) {
        this.config = config;
    }

    boolean hasSocket() {
        return config.socket().isPresent();
    }

    /**
     * @param overSocket whether the server's Unix socket may be used, if there is one
     * @param failed gets the reason, on the loop
     */
    void connect(EventLoop loop, boolean overSocket, ChannelHandler handler, Consumer<Channel> connected, Consumer<String> failed) {
        if (overSocket && config.socket().isPresent()) {
            Path path = config.socket().get();
            connect(loop, new DomainSocketAddress(path.toString()), Transport.CHOSEN.socket(), handler, connected, failed);
            return;
        }
        String host = config.address().host();
        int port = config.address().port();
        if (isLiteral(host)) {
            connect(loop, new InetSocketAddress(host, port), Transport.CHOSEN.tcp(), handler, connected, failed);
            return;
        }
        // Name look-ups block, so they must not run on the loop.
        Thread.ofVirtual().name("resolve-server").start(() -> {
            try {
                InetAddress address = InetAddress.getByName(host);
                loop.execute(
                        () -> connect(loop, new InetSocketAddress(address, port), Transport.CHOSEN.tcp(), handler, connected, failed));
            } catch (UnknownHostException e) {
                loop.execute(() -> failed.accept("unknown host " + host));
            }
        });
    }

    private static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
    }

    private void connect(
            EventLoop loop,
            SocketAddress address,
            Class<? extends Channel> type,
            ChannelHandler handler,
            Consumer<Channel> connected,
            Consumer<String> failed) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(config.connectTimeout().toMillis(), 5_000))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        DirectSend.addTo(channel);
                        channel.pipeline().addLast(handler);
                    }
                });
        if (type == Transport.CHOSEN.tcp()) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.SO_KEEPALIVE, true);
        }
        Transport.CHOSEN.prepare(bootstrap);
        ChannelFuture future = bootstrap.connect(address);
        future.addListener(done -> {
            if (done.isSuccess()) {
                connected.accept(future.channel());
            } else {
                Throwable cause = done.cause();
                failed.accept(cause == null || cause.getMessage() == null ? "no connection to " + address : cause.getMessage());
            }
        });
    }
}
