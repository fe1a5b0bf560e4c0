package dev.usher.wire.compression;

/**
 * The numbers of compressed frames: both sides count on together, and begin at 0 with each command. They are independent of the sequence ids of the
 * packets inside.
 */
final class FrameSequence {
    private int nextToSend;
    private int lastReceived = -1;

    int nextToSend() {
        int number = nextToSend;
        nextToSend = number + 1 & 0xFF;
        return number;
    }

    void restartAt(int number) {
        nextToSend = number;
    }

    /**
     * Three numbers can be right: 0 for a new command, which some clients send before they have read the last response; the one after the
     * peer's last; and the one after ours, when the peer answers within a command (LOAD DATA LOCAL). Servers refuse all others, too.
     *
     * @throws CorruptFrameException if it is none of these
     */
    void received(int number) {
        if (number != 0 && number != (lastReceived + 1 & 0xFF) && number != nextToSend) {
            throw new CorruptFrameException("compressed frame " + number + " came out of order");
        }
        lastReceived = number;
        nextToSend = number + 1 & 0xFF;
    }
}
