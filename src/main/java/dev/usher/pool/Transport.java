package dev.usher.pool;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringAdaptiveBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * How the kernel is asked for I/O, and the channels that go with it. With io_uring one system call starts and collects what many connections have to do, so that
 * a statement among others costs a fraction of one, where epoll needs four of its own. It is taken where the kernel has it and allows it (containers often forbid
 * it), unless {@code -Dusher.io=epoll} says otherwise.
 */
public enum Transport {
    EPOLL(EpollServerSocketChannel.class, EpollServerDomainSocketChannel.class, EpollSocketChannel.class, EpollDomainSocketChannel.class),
    IO_URING(IoUringServerSocketChannel.class, IoUringServerDomainSocketChannel.class, IoUringSocketChannel.class,
            IoUringDomainSocketChannel.class);

    /** The one that this process uses. */
    public static final Transport CHOSEN = choose();

    private static final int RING_SIZE = 128;
    private static final short BUFFER_GROUP = 1;
    /** Receive buffers that all connections of a loop share: an idle connection holds none. */
    private static final short BUFFERS = 64;
    private static final int BUFFERS_AT_ONCE = 16;
    /**
     * One for all connections, instead of one that learns for each. What is received comes in the shared buffers, and one of this size, in bytes, is only taken
     * for a connection that has found none of them left. 16 messages at once are Netty's default for these channels.
     */
    private static final RecvByteBufAllocator WITHOUT_RING = new FixedRecvByteBufAllocator(2048).maxMessagesPerRead(16);

    private final Class<? extends ServerChannel> listener;
    private final Class<? extends ServerChannel> socketListener;
    private final Class<? extends Channel> tcp;
    private final Class<? extends Channel> socket;

    Transport(Class<? extends ServerChannel> listener, Class<? extends ServerChannel> socketListener, Class<? extends Channel> tcp,
            Class<? extends Channel> socket) {
        this.listener = listener;
        this.socketListener = socketListener;
        this.tcp = tcp;
        this.socket = socket;
    }

    private static Transport choose() {
        boolean wanted = !System.getProperty("usher.io", "").equals("epoll");
        return wanted && IoUring.isAvailable() && IoUring.isRegisterBufferRingSupported() ? IO_URING : EPOLL;
    }

    @Override
    public String toString() {
        return this == EPOLL ? "epoll" : "io_uring";
    }

    public IoHandlerFactory ioHandlers() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory(new IoUringIoHandlerConfig()
                    .setRingSize(RING_SIZE)
                    .setBufferRingConfig(IoUringBufferRingConfig.builder()
                            .bufferGroupId(BUFFER_GROUP)
                            .bufferRingSize(BUFFERS)
                            .batchSize(BUFFERS_AT_ONCE)
                            .allocator(new IoUringAdaptiveBufferRingAllocator(ByteBufAllocator.DEFAULT))
                            .build()));
        };
    }

    /** Listens on TCP. */
    public Class<? extends ServerChannel> listener() {
        return listener;
    }

    /** Listens on a Unix socket. */
    public Class<? extends ServerChannel> socketListener() {
        return socketListener;
    }

    /** A TCP connection. */
    public Class<? extends Channel> tcp() {
        return tcp;
    }

    /** A connection over a Unix socket. */
    public Class<? extends Channel> socket() {
        return socket;
    }

    /** What connections accepted by {@code bootstrap} need. */
    public void prepare(ServerBootstrap bootstrap) {
        if (this == IO_URING) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
            bootstrap.childOption(ChannelOption.RECVBUF_ALLOCATOR, WITHOUT_RING);
        }
    }

    /** What connections opened by {@code bootstrap} need. */
    void prepare(Bootstrap bootstrap) {
        if (this == IO_URING) {
            bootstrap.option(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
        }
    }
}
