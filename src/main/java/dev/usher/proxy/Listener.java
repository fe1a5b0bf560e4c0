package dev.usher.proxy;

import dev.usher.config.Cidr;
import dev.usher.config.ConfigException;
import dev.usher.config.ListenAddress;
import dev.usher.pool.DirectSend;
import dev.usher.pool.Transport;
import dev.usher.pool.Worker;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Accepts client connections on one address for one worker; with SO_REUSEPORT each worker has a listener of its own on a TCP address. */
public final class Listener {
    private static final int BACKLOG = 4096;
    private static final int LOW_WATER = 64 << 10;
    private static final int HIGH_WATER = 256 << 10;

    private final Channel channel;

    private Listener(Channel channel) {
        this.channel = channel;
    }

    /** @throws ConfigException if the address can not be listened on */
    public static Listener bind(ListenAddress address, Frontend frontend, Worker worker) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(worker.loop())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .childHandler(new Accepted(frontend, worker));
        Transport.CHOSEN.prepare(bootstrap);
        return switch (address) {
            case ListenAddress.Tcp tcp -> {
                InetSocketAddress at = tcp.socketAddress();
                if (at.isUnresolved()) {
                    throw new ConfigException("listen: unknown host " + tcp.host());
                }
                bootstrap.option(UnixChannelOption.SO_REUSEPORT, true).option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true);
                yield bind(bootstrap, Transport.CHOSEN.listener(), at, address);
            }
            case ListenAddress.Unix unix -> {
                removeStale(unix.path());
                Listener bound =
                        bind(bootstrap, Transport.CHOSEN.socketListener(), new DomainSocketAddress(unix.path().toString()), address);
                unix.path().toFile().setWritable(true, false);
                yield bound;
            }
        };
    }

    /**
     * SO_REUSEPORT, which lets the workers share a port, would let another Usher of the same system user have it too, and the kernel would divide the clients between
     * them. A socket without it finds out.
     *
     * @throws ConfigException if somebody listens there
     */
    public static void refuseIfTaken(ListenAddress address) {
        if (!(address instanceof ListenAddress.Tcp tcp) || tcp.socketAddress().isUnresolved()) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open()) {
            // Connections of an Usher that has ended may still be in TIME_WAIT.
            probe.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(tcp.socketAddress());
        } catch (IOException e) {
            throw new ConfigException("listen: can not listen on " + address + ": " + e.getMessage());
        }
    }

    private static Listener bind(ServerBootstrap bootstrap, Class<? extends ServerChannel> type, SocketAddress at, ListenAddress named) {
        ChannelFuture future = bootstrap.channel(type).bind(at).awaitUninterruptibly();
        if (!future.isSuccess()) {
            Throwable cause = future.cause();
            throw new ConfigException("listen: can not listen on " + named + ": " + (cause == null ? "unknown" : cause.getMessage()));
        }
        return new Listener(future.channel());
    }

    /** A socket file that nobody listens on any more is in the way of the next start. */
    private static void removeStale(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            probe.connect(java.net.UnixDomainSocketAddress.of(path));
            throw new ConfigException("listen: somebody already listens on " + path);
        } catch (IOException nobodyThere) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new ConfigException("listen: can not remove the stale socket " + path + ": " + e.getMessage());
            }
        }
    }

    /** Where it listens, with the port that was chosen for port 0. */
    public SocketAddress address() {
        return channel.localAddress();
    }

    /** Accepts no more. */
    public void close() {
        SocketAddress at = channel.localAddress();
        channel.close().awaitUninterruptibly();
        if (at instanceof DomainSocketAddress unix) {
            new java.io.File(unix.path()).delete();
        }
    }

    private static final class Accepted extends ChannelInitializer<Channel> {
        private final Frontend frontend;
        private final Worker worker;
        private final List<Cidr> trusted;

        Accepted(Frontend frontend, Worker worker) {
            this.frontend = frontend;
            this.worker = worker;
            this.trusted = frontend.config().client().proxyProtocolFrom();
        }

        @Override
        protected void initChannel(Channel channel) {
            DirectSend.addTo(channel);
            boolean proxied = !trusted.isEmpty()
                    && channel.remoteAddress() instanceof InetSocketAddress peer
                    && Cidr.allows(trusted, peer.getAddress());
            if (proxied) {
                channel.pipeline().addLast("proxy-protocol", new HAProxyMessageDecoder());
            }
            channel.pipeline().addLast("client", new ClientConnection(frontend, worker, proxied));
        }
    }
}
