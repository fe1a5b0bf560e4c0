package dev.usher.wire;

/** Bytes that are not what the protocol says. The message names what was being read; it never holds the bytes. */
public final class MalformedPacketException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedPacketException(String message) {
        super(message);
    }
}
