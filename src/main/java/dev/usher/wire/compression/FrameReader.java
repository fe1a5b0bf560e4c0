package dev.usher.wire.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Turns what arrives into plain bytes, one piece at a time, so that its user can stop between two of them. Owns what it was given. */
final class FrameReader {
    static final int HEADER_LENGTH = 7;

    private final Compression compression;
    private final FrameSequence sequence;
    private final ArrayDeque<ByteBuf> input = new ArrayDeque<>();
    private final byte[] header = new byte[HEADER_LENGTH];
    private int headerBytes;
    private @Nullable FrameContent content;
    private int leftInFrame;

    FrameReader(Compression compression, FrameSequence sequence) {
        this.compression = compression;
        this.sequence = sequence;
    }

    void add(ByteBuf bytes) {
        input.add(bytes);
    }

    boolean hasInput() {
        return !input.isEmpty();
    }

    /**
     * The next plain bytes, which the caller owns; null if there are none before more arrive.
     *
     * @throws CorruptFrameException if the peer does not keep to the protocol; nothing can be read after that
     */
    @Nullable
    ByteBuf next(ByteBufAllocator allocator) {
        while (true) {
            ByteBuf in = input.peek();
            if (in == null) {
                return null;
            }
            ByteBuf piece = content == null ? readHeader(in) : readContent(content, in, allocator);
            if (!in.isReadable() && (piece == null || content == null)) {
                input.remove().release();
            }
            if (piece != null) {
                return piece;
            }
        }
    }

    private @Nullable ByteBuf readHeader(ByteBuf in) {
        int length = Math.min(HEADER_LENGTH - headerBytes, in.readableBytes());
        in.readBytes(header, headerBytes, length);
        headerBytes += length;
        if (headerBytes == HEADER_LENGTH) {
            headerBytes = 0;
            begin(threeBytes(0), header[3] & 0xFF, threeBytes(4));
        }
        return null;
    }

    private void begin(int storedLength, int number, int plainLength) {
        sequence.received(number, plainLength == 0 ? storedLength : plainLength);
        if (storedLength == 0) {
            if (plainLength != 0) {
                throw new CorruptFrameException("an empty frame can not hold " + plainLength + " bytes");
            }
            return;
        }
        leftInFrame = storedLength;
        content = plainLength == 0 ? StoredContent.INSTANCE : compression.content(storedLength, plainLength);
    }

    private @Nullable ByteBuf readContent(FrameContent current, ByteBuf in, ByteBufAllocator allocator) {
        int before = in.readableBytes();
        ByteBuf piece = current.next(in, leftInFrame, allocator);
        leftInFrame -= before - in.readableBytes();
        if (leftInFrame == 0 && (piece == null || current == StoredContent.INSTANCE)) {
            content = null;
            try (current) {
                current.finish();
            }
        }
        return piece;
    }

    private int threeBytes(int at) {
        return header[at] & 0xFF | (header[at + 1] & 0xFF) << 8 | (header[at + 2] & 0xFF) << 16;
    }

    /** Releases everything; the frame that had begun is lost. */
    void close() {
        if (content != null) {
            content.close();
            content = null;
        }
        input.forEach(ByteBuf::release);
        input.clear();
    }
}
