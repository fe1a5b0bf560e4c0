package dev.usher.wire.compression;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of compressed frames: both sides count on together, and begin at 0 with each command. They are independent of the sequence ids of the
 * packets inside.
 *
 * <p>A client may send its next commands before it has read the answer to the first. As servers do it, an answer counts on from the frame in which the last byte
 * of its command came, or from the answer before if that was in the same frame.
 */
final class FrameSequence {
    /** No client waits with so many. Beyond that several count as one, so that small frames do not take much memory. */
    private static final int MOST_KEPT = 1024;

    /** @param end the number of bytes up to its last one */
    private record Frame(long end, int number) {}

    private final ArrayDeque<Frame> received = new ArrayDeque<>();
    private long receivedBytes;
    private @Nullable Frame answered;
    private int nextToSend;
    private int lastReceived = -1;

    int nextToSend() {
        int number = nextToSend;
        nextToSend = number + 1 & 0xFF;
        return number;
    }

    /**
     * Three numbers can be right: 0 for a new command, which some clients send before they have read the last response; the one after the
     * peer's last; and the one after ours, when the peer answers within a command (LOAD DATA LOCAL). Servers refuse all others, too.
     *
     * @param length plain bytes in the frame
     * @throws CorruptFrameException if it is none of these
     */
    void received(int number, int length) {
        if (number != 0 && number != (lastReceived + 1 & 0xFF) && number != nextToSend) {
            throw new CorruptFrameException("compressed frame " + number + " came out of order");
        }
        lastReceived = number;
        if (length > 0) {
            receivedBytes += length;
            if (received.size() == MOST_KEPT) {
                received.removeLast();
            }
            received.add(new Frame(receivedBytes, number));
        }
    }

    /** How many of the plain bytes received have been used by now. */
    void used(long bytes) {
        for (Frame first = received.peek(); first != null && first.end() < bytes; first = received.peek()) {
            received.remove();
        }
    }

    /** Whether what is written now does not belong to what was written before: it answers what came in another frame. */
    boolean answersAnother(long usedBytes) {
        used(usedBytes);
        return usedBytes > 0 && !received.isEmpty() && received.peek() != answered;
    }

    /** Counts on from the frame that is answered now. */
    void answer() {
        Frame now = received.element();
        answered = now;
        nextToSend = now.number() + 1 & 0xFF;
    }
}
