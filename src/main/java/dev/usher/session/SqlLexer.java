package dev.usher.session;

import io.netty.buffer.ByteBuf;

/**
 * Reads the text of a COM_QUERY or COM_STMT_PREPARE for what it may leave behind in the session or depend on. It cuts the
 * text into tokens as the servers' lexers do, and never parses: what it cannot be sure of it reports as such.
 *
 * <p>A text is read whole with {@link #read}, or with {@link #start}, any number of {@link #feed}s and {@link #finish}
 * in arbitrary cuts; both give the same. One pass, nothing allocated. Not thread-safe: one per event loop, and one more
 * per statement that streams. The object returned is reused.
 */
public final class SqlLexer {
    /** The symbol {@code :=}. */
    static final byte ASSIGN = 1;

    /** Bytes copied at a time out of a buffer that has no array. */
    private static final int PIECE = 4096;

    private final StatementTraits traits = new StatementTraits();
    private final TokenScanner scanner;
    private byte[] piece = {};

    public SqlLexer(Flavour flavour) {
        scanner = new TokenScanner(flavour, traits, new StatementReader(flavour, traits));
    }

    /**
     * Reads a whole text.
     *
     * @param index where the text begins in {@code buf}; reader and writer index are not touched
     * @return valid until the next call of any method
     */
    public StatementTraits read(ByteBuf buf, int index, int length, LexMode mode) {
        start(mode);
        feed(buf, index, length);
        return finish();
    }

    /** Begins a text that comes in pieces. Whatever was being read is forgotten. */
    public void start(LexMode mode) {
        traits.clear();
        scanner.start(mode);
    }

    /** The next piece of the text; it may end anywhere, inside a character too. */
    public void feed(ByteBuf buf, int index, int length) {
        if (buf.hasArray()) {
            int from = buf.arrayOffset() + index;
            scanner.scan(buf.array(), from, from + length);
            return;
        }
        if (piece.length == 0) {
            piece = new byte[PIECE];
        }
        for (int done = 0; done < length; done += PIECE) {
            int part = Math.min(PIECE, length - done);
            buf.getBytes(index + done, piece, 0, part);
            scanner.scan(piece, 0, part);
        }
    }

    /** The end of the text. */
    public StatementTraits finish() {
        scanner.finish();
        return traits;
    }
}
