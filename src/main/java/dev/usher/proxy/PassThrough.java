package dev.usher.proxy;

import dev.usher.pool.ServerConnection;
import dev.usher.session.LexMode;
import dev.usher.session.SqlLexer;
import dev.usher.session.StatementTraits;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Bytes that go from the client to its leased server connection as they arrive: commands too large to be taken whole, and files that the server asked for. */
final class PassThrough {
    private final ClientConnection client;
    private int frameLeft;
    /** The last frame of a file was full, so that the next one belongs to the same packet. */
    private boolean fullFrame;
    private boolean framesFollow;
    private @Nullable SqlLexer lexer;
    private int fileSequenceShift;
    private boolean serverBehind;

    PassThrough(ClientConnection client) {
        this.client = client;
    }

    /** What of a command's frames has not been read yet. */
    void begin(int firstFrameLength, int taken) {
        frameLeft = firstFrameLength - taken;
        framesFollow = firstFrameLength == Packets.MAX_FRAME;
    }

    /** Reads the text as it passes. */
    void read(SqlLexer with, LexMode mode, ByteBuf in, int index, int length) {
        lexer = with;
        with.start(mode);
        with.feed(in, index, length);
    }

    /** What the text leaves behind, once all of it has passed; null for a command without text. */
    @Nullable
    StatementTraits traits() {
        SqlLexer read = lexer;
        lexer = null;
        return read == null ? null : read.finish();
    }

    boolean done() {
        return frameLeft == 0 && !framesFollow;
    }

    /** Passes on what is there; returns whether any progress was made. */
    boolean pass(ByteBuf in, ServerConnection to) {
        if (frameLeft == 0) {
            if (in.readableBytes() < Packets.HEADER) {
                return false;
            }
            frameLeft = in.getUnsignedMediumLE(in.readerIndex());
            framesFollow = frameLeft == Packets.MAX_FRAME;
            forward(in.readRetainedSlice(Packets.HEADER), to);
            return true;
        }
        int step = Math.min(frameLeft, in.readableBytes());
        if (step == 0) {
            return false;
        }
        SqlLexer reading = lexer;
        if (reading != null) {
            reading.feed(in, in.readerIndex(), step);
        }
        frameLeft -= step;
        forward(in.readRetainedSlice(step), to);
        return true;
    }

    /** Throws away what is there of a command that has been answered already; returns whether any progress was made. */
    boolean skip(ByteBuf in) {
        lexer = null;
        if (frameLeft == 0) {
            if (!framesFollow || in.readableBytes() < Packets.HEADER) {
                return false;
            }
            frameLeft = in.getUnsignedMediumLE(in.readerIndex());
            framesFollow = frameLeft == Packets.MAX_FRAME;
            in.skipBytes(Packets.HEADER);
            return true;
        }
        int step = Math.min(frameLeft, in.readableBytes());
        in.skipBytes(step);
        frameLeft -= step;
        return step > 0;
    }

    /** @param sequenceShift how much less sequence ids are at the server: it counts on from its own request */
    void beginFile(int sequenceShift) {
        fileSequenceShift = sequenceShift;
        frameLeft = 0;
        framesFollow = true;
        fullFrame = false;
    }

    /** Passes the next piece of a file on; the empty packet that ends it makes {@link #done} true. Returns whether any progress was made. */
    boolean passFile(ByteBuf in, ServerConnection to) {
        if (frameLeft > 0) {
            int step = Math.min(frameLeft, in.readableBytes());
            if (step == 0) {
                return false;
            }
            frameLeft -= step;
            forward(in.readRetainedSlice(step), to);
            return true;
        }
        if (in.readableBytes() < Packets.HEADER) {
            return false;
        }
        frameLeft = in.getUnsignedMediumLE(in.readerIndex());
        // An empty frame behind a full one ends that packet, not the file.
        framesFollow = frameLeft > 0 || fullFrame;
        fullFrame = frameLeft == Packets.MAX_FRAME;
        in.setByte(in.readerIndex() + 3, in.getUnsignedByte(in.readerIndex() + 3) - fileSequenceShift);
        forward(in.readRetainedSlice(Packets.HEADER), to);
        return true;
    }

    /** A slow server stops the client from being read. */
    void forward(ByteBuf bytes, ServerConnection to) {
        to.write(bytes);
        to.channel().flush();
        if (!to.channel().isWritable()) {
            serverBehind = true;
            client.channel().config().setAutoRead(false);
        }
    }

    boolean serverBehind() {
        return serverBehind;
    }

    void serverCaughtUp() {
        serverBehind = false;
    }
}
