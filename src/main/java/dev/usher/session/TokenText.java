package dev.usher.session;

/** The text of the name, number or variable being read, in lower case. Its capacity is the longest name a server has. */
final class TokenText {
    /** 64 characters of 4 bytes. */
    static final int CAPACITY = 256;

    final byte[] bytes = new byte[CAPACITY];
    int length;
    /** Of the bytes, for {@link WordTable}: no byte of a short word is lost, and no multiplication waits for another. */
    long hash;

    /** Longer than the capacity: bytes were dropped. */
    boolean cut;
    /** Has bytes above 0x7F or, in a quoted string, a backslash escape: not to be reproduced without the character set. */
    boolean opaque;

    void clear() {
        length = 0;
        hash = 0;
        cut = false;
        opaque = false;
    }

    /** Adds a byte that is in lower case already. */
    void append(byte b) {
        hash = Long.rotateLeft(hash, 5) ^ b;
        if (length < CAPACITY) {
            bytes[length++] = b;
        } else {
            cut = true;
        }
        if (b < 0) {
            opaque = true;
        }
    }

    /** Adds the bytes of a name from {@code start} on; returns where it ends, at the latest {@code to}. */
    int appendName(byte[] a, int start, int to) {
        byte[] out = bytes;
        int n = length;
        long h = hash;
        int i = start;
        for (; i < to; i++) {
            byte b = ByteClass.nameByte(a[i]);
            if (b <= 0 || n == CAPACITY) {
                break;
            }
            out[n++] = b;
            h = Long.rotateLeft(h, 5) ^ b;
        }
        length = n;
        hash = h;
        return i;
    }

    boolean isPlain() {
        return length > 0 && !cut && !opaque;
    }

    boolean startsWith(byte[] prefix) {
        return length >= prefix.length
                && java.util.Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** The value of a plain integer, or -1. */
    long integer() {
        if (length == 0 || length > 18) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
