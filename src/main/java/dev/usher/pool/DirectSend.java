package dev.usher.pool;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Hands what is written between two flushes to the kernel past Netty's outbound queue, where it is one piece and nothing waits in front of it: the usual statement,
 * and the usual answer. Whatever is more than that, or the kernel does not take at once, goes the usual way.
 */
public final class DirectSend extends ChannelOutboundHandlerAdapter {
    private final Socket socket;
    private @Nullable ByteBuf held;

    private DirectSend(Socket socket) {
        this.socket = socket;
    }

    /** In front of everything else in a new connection's pipeline. What is put in front of it later (TLS) switches it off. */
    public static void addTo(Channel channel) {
        if (channel instanceof AbstractEpollStreamChannel epoll && epoll.fd() instanceof Socket socket) {
            channel.pipeline().addFirst("direct-send", new DirectSend(socket));
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (held == null && promise.isVoid() && message instanceof ByteBuf bytes && bytes.hasMemoryAddress()
                && ctx.pipeline().firstContext() == ctx) {
            ChannelOutboundBuffer queue = ctx.channel().unsafe().outboundBuffer();
            if (queue != null && queue.totalPendingWriteBytes() == 0) {
                held = bytes;
                return;
            }
        }
        queue(ctx);
        ctx.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        ByteBuf bytes = held;
        if (bytes != null) {
            if (ctx.pipeline().firstContext() == ctx && sent(bytes)) {
                held = null;
                bytes.release();
                return;
            }
            queue(ctx);
        }
        ctx.flush();
    }

    /** Sends as much as the kernel takes at once. The number of a socket that is closed may be another connection's already. */
    private boolean sent(ByteBuf bytes) {
        if (!socket.isOpen()) {
            return false;
        }
        try {
            long address = bytes.memoryAddress();
            bytes.skipBytes(socket.sendAddress(address, bytes.readerIndex(), bytes.writerIndex()));
            return !bytes.isReadable();
        } catch (IOException e) {
            return false; // The queue meets it again, and does what there is to do.
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        queue(ctx);
        ctx.close(promise);
    }

    private void queue(ChannelHandlerContext ctx) {
        ByteBuf bytes = held;
        if (bytes != null) {
            held = null;
            ctx.write(bytes, ctx.voidPromise());
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf bytes = held;
        if (bytes != null) {
            held = null;
            bytes.release();
        }
    }
}
