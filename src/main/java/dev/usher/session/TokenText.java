package dev.usher.session;

/** The text of the name, number or variable being read, in lower case. Its capacity is the longest name a server has. */
final class TokenText {
    /** 64 characters of 4 bytes. */
    static final int CAPACITY = 256;

    final byte[] bytes = new byte[CAPACITY];
    int length;
    /** FNV-1a over the bytes, as {@link WordTable} uses it. */
    long hash;

    /** Longer than the capacity: bytes were dropped. */
    boolean cut;
    /** Has bytes above 0x7F or, in a quoted string, a backslash escape: not to be reproduced without the character set. */
    boolean opaque;

    static final long HASH_START = 0xcbf29ce484222325L;
    static final long HASH_FACTOR = 0x100000001b3L;

    void clear() {
        length = 0;
        hash = HASH_START;
        cut = false;
        opaque = false;
    }

    /** Adds a byte that is in lower case already. */
    void append(byte b) {
        hash = (hash ^ b) * HASH_FACTOR;
        if (length < CAPACITY) {
            bytes[length++] = b;
        } else {
            cut = true;
        }
        if (b < 0) {
            opaque = true;
        }
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
