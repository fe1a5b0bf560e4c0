package dev.usher.wire.compression;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.UnsupportedMessageTypeException;
import io.netty.util.ReferenceCountUtil;
import java.util.function.IntSupplier;

/**
 * Makes a plain stream of a compressed one, on the side of a server. Add it between TLS and the framing of packets, after the OK that ends the
 * login was written: that one is not compressed any more than what came before.
 *
 * <p>Inbound, one buffer may become many: they are passed on only while the channel reads automatically or somebody asked by {@code read()}, one
 * for each time, and the rest stays compressed until then. Bytes that the peer sent and that were not asked for when it closed are dropped.
 * What is not a frame ends in a {@link CorruptFrameException}, once; all further bytes are dropped.
 *
 * <p>Outbound, writes become frames when they are flushed, or as soon as there are enough for one.
 */
public final class CompressionHandler extends ChannelDuplexHandler {
    private final FrameSequence sequence = new FrameSequence();
    private final FrameReader reader;
    private final FrameWriter writer;
    private final IntSupplier unread;
    private long passedOn;
    private boolean demand;
    private boolean passingOn;
    private boolean corrupt;

    /** @param unread how many plain bytes have been passed on and still wait to be used: what is written answers those before them */
    public CompressionHandler(Compression compression, IntSupplier unread) {
        this.unread = unread;
        reader = new FrameReader(compression, sequence);
        writer = new FrameWriter(compression, sequence);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        reader.close();
        writer.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        reader.close();
        writer.close();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
        } else if (corrupt) {
            bytes.release();
        } else {
            reader.add(bytes);
            if (!passingOn) {
                passingOn = true;
                try {
                    passOn(ctx);
                } finally {
                    passingOn = false;
                }
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        if (demand && !passingOn) {
            ctx.read(); // somebody asked, and what came was not enough for one plain byte
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        demand = true;
        if (passingOn) {
            return; // asked from inside a call of ours, which goes on by itself
        }
        passingOn = true;
        try {
            // A loop and not a recursion: whoever asks again in channelReadComplete would otherwise nest once per piece.
            while (demand && reader.hasInput() && passOn(ctx)) {
                ctx.fireChannelReadComplete();
            }
        } finally {
            passingOn = false;
        }
        if (demand || ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    /** Passes on what is wanted of what is there; false if that was nothing. */
    private boolean passOn(ChannelHandlerContext ctx) {
        boolean any = false;
        while (demand || ctx.channel().config().isAutoRead()) {
            ByteBuf piece;
            try {
                piece = reader.next(ctx.alloc());
            } catch (CorruptFrameException e) {
                corrupt = true;
                reader.close();
                ctx.fireExceptionCaught(e);
                return any;
            }
            if (piece == null) {
                return any;
            }
            demand = false;
            any = true;
            passedOn += piece.readableBytes();
            ctx.fireChannelRead(piece);
            sequence.used(passedOn - unread.getAsInt());
        }
        return any;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            throw new UnsupportedMessageTypeException(message, ByteBuf.class);
        }
        if (sequence.answersAnother(passedOn - unread.getAsInt())) {
            writer.writeFrame(ctx);
            sequence.answer();
        }
        writer.write(ctx, bytes, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        writer.writeFrame(ctx);
        ctx.flush();
    }

    @Override
    public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
        writer.writeFrame(ctx);
        ctx.disconnect(promise);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        writer.writeFrame(ctx);
        ctx.close(promise);
    }
}
