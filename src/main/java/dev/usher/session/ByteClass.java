package dev.usher.session;

/** What a byte can begin, as in the servers' lexers, for every character set whose characters begin like UTF-8's or ASCII's. */
final class ByteClass {
    /** A symbol of its own. */
    static final int SYMBOL = 0;

    static final int BLANK = 1;
    /** Part of a name, a keyword or a number. */
    static final int NAME = 2;

    static final int QUOTE = 3;
    /** May begin something longer: a comment, a variable, an assignment; and the semicolon. */
    static final int LEADS = 4;

    static final int CONTROL = 5;

    private static final byte[] CLASSES = new byte[256];
    private static final byte[] LOWER = new byte[256];
    private static final byte[] NAME_BYTES = new byte[256];

    static {
        for (int b = 0; b < 256; b++) {
            CLASSES[b] = (byte) classOf(b);
            LOWER[b] = (byte) (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b);
            NAME_BYTES[b] = CLASSES[b] == NAME ? LOWER[b] : 0;
        }
    }

    private ByteClass() {}

    static int of(byte b) {
        return CLASSES[b & 0xFF];
    }

    static byte lower(byte b) {
        return LOWER[b & 0xFF];
    }

    /** In lower case if it belongs to a name (less than 0 if above 0x7F), otherwise 0. */
    static byte nameByte(byte b) {
        return NAME_BYTES[b & 0xFF];
    }

    /**
     * Whether a byte above 0x7F begins a UTF-8 character or stands behind another such byte. One that does neither may be
     * a non-breaking space, which is a blank to a server whose client speaks latin1, koi8r or cp850.
     */
    static boolean continuesCharacter(TokenText text, byte b) {
        int first = b & 0xFF;
        return (first >= 0xC2 && first <= 0xF4) || (text.length > 0 && text.bytes[text.length - 1] < 0);
    }

    private static int classOf(int b) {
        if (b == ' ' || (b >= '\t' && b <= '\r')) {
            return BLANK;
        }
        if (b < ' ' || b == 0x7F) {
            return CONTROL;
        }
        if (b >= 0x80 || Character.isLetterOrDigit(b) || b == '_' || b == '$') {
            return NAME;
        }
        return switch (b) {
            case '\'', '"', '`' -> QUOTE;
            case '/', '-', '@', ':', '#', '*', ';' -> LEADS;
            default -> SYMBOL;
        };
    }
}
