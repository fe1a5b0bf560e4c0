package dev.usher.pool;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringAdaptiveBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Map;

/** How the kernel is asked for I/O, and the channels that go with it. */
public enum Transport {
    EPOLL(EpollServerSocketChannel.class, EpollServerDomainSocketChannel.class, EpollSocketChannel.class, EpollDomainSocketChannel.class),
    IO_URING(IoUringServerSocketChannel.class, IoUringServerDomainSocketChannel.class, IoUringSocketChannel.class,
            IoUringDomainSocketChannel.class);

    private static final short BUFFERS = 1;

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

    public static final Transport CHOSEN = choose();

    private static Transport choose() {
        return System.getProperty("usher.io", "epoll").equals("io_uring") && IoUring.isAvailable() ? IO_URING : EPOLL;
    }

    private static boolean rings() {
        return Boolean.parseBoolean(System.getProperty("usher.rings", "true")) && IoUring.isRegisterBufferRingSupported();
    }

    public IoHandlerFactory ioHandlers() {
        if (this == EPOLL) {
            return EpollIoHandler.newFactory();
        }
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        config.setRingSize(Integer.getInteger("usher.ring", 128));
        if (rings()) {
            int size = Integer.getInteger("usher.bufsize", 0);
            config.setBufferRingConfig(IoUringBufferRingConfig.builder().bufferGroupId(BUFFERS)
                    .bufferRingSize((short) (int) Integer.getInteger("usher.bufs", 64))
                    .batchSize(Integer.getInteger("usher.batch", 16))
                    .incremental(Boolean.getBoolean("usher.inc"))
                    .allocator(size == 0 ? new IoUringAdaptiveBufferRingAllocator(ByteBufAllocator.DEFAULT)
                            : new IoUringFixedBufferRingAllocator(ByteBufAllocator.DEFAULT, size))
                    .build());
        }
        return IoUringIoHandler.newFactory(config);
    }

    public Class<? extends ServerChannel> listener() {
        return listener;
    }

    public Class<? extends ServerChannel> socketListener() {
        return socketListener;
    }

    public Class<? extends Channel> tcp() {
        return tcp;
    }

    public Class<? extends Channel> socket() {
        return socket;
    }

    public ChannelOption<Boolean> reusePort() {
        return this == EPOLL ? EpollChannelOption.SO_REUSEPORT : UnixChannelOption.SO_REUSEPORT;
    }

    /** For connections, of both sides. */
    public Map<ChannelOption<?>, Object> options() {
        return this == IO_URING && rings() ? Map.of(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFERS) : Map.of();
    }
}
