package dev.usher.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.usher.testing.WireClient;
import dev.usher.wire.Capabilities;
import dev.usher.wire.ErrPacket;
import dev.usher.wire.LengthEncoded;
import dev.usher.wire.OkPacket;
import dev.usher.wire.ServerStatus;
import dev.usher.wire.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads answers into lines that must be equal on both sides. Only what must differ is written alike: the letter in the names of the sides' schemas, and
 * statement ids.
 */
final class ReplyReader {
    /** MariaDB: a statement has other columns than when it was prepared on that connection, where Usher may have prepared it since. */
    private static final int METADATA_CHANGED = 0x0400;
    /** Status bits that say nothing about the session, and ANSI_QUOTES, which MariaDB sets and clears at other times than the setting. */
    private static final int NOT_COMPARED = METADATA_CHANGED | ServerStatus.ANSI_QUOTES;

    private static final Set<Integer> LATIN1 = Set.of(5, 8, 15, 31, 47, 48, 49, 94);
    private static final int NAME = 4;
    private static final int BINARY = 63;
    private static final int TINY_BLOB = 249;
    private static final int STRING = 254;
    private static final int BINARY_FLAG = 0x80;

    /** Part of a condition, with the length in front of it. */
    private static final Pattern NAMES_STATEMENT =
            Pattern.compile("(?:<..>|.)(The statement|Unknown prepared statement handler) \\(\\d+\\)");

    private static final String FILE = "7,seven\n8,eight\n9,nine\n";

    private final WireClient client;
    private final char side;
    private final boolean deprecateEof;
    private List<String> lines = new ArrayList<>();
    private int sequence;
    private int statementId;
    private int status;
    private boolean failed;
    /** A command has failed since the last OK: MySQL may tell what it has set nevertheless, and with Usher's own question after it; so may MariaDB. */
    private boolean afterError;
    /** This answer has an OK that ends no result set. */
    private boolean told;

    ReplyReader(WireClient client, char side) {
        this.client = client;
        this.side = side;
        deprecateEof = Capabilities.has(client.capabilities(), Capabilities.DEPRECATE_EOF);
    }

    /** Of the statement that {@link #prepared} has read, 0 if the server refused it. */
    int statementId() {
        return statementId;
    }

    /** The next packet, which must have the next sequence number. */
    private ByteBuf next() throws IOException {
        ByteBuf packet = client.next();
        if (client.nextSequence() - 1 != (sequence & 0xFF)) {
            lines.add("OUT OF ORDER");
        }
        sequence = client.nextSequence() & 0xFF;
        return packet;
    }

    private List<String> begun() {
        lines = new ArrayList<>();
        sequence = 1;
        afterError = failed || afterError && !told;
        failed = false;
        told = false;
        return lines;
    }

    private static int kind(ByteBuf packet) {
        return packet.isReadable() ? packet.getUnsignedByte(packet.readerIndex()) : -1;
    }

    /** One OK, EOF or ERR. */
    List<String> simple(String statement) throws IOException {
        begun();
        ByteBuf packet = next();
        switch (kind(packet)) {
            case ErrPacket.HEADER -> error(packet, statement);
            case OkPacket.EOF_HEADER -> end(packet);
            default -> ok(packet);
        }
        // Of a command that runs no statement they are those of the statement before, which nobody asks here.
        lines.replaceAll(line -> line.replaceFirst(" warnings=\\d+", ""));
        return lines;
    }

    /** All that comes back for text or an execution. */
    List<String> results(String statement) throws IOException {
        begun();
        do {
            ByteBuf packet = next();
            switch (kind(packet)) {
                case ErrPacket.HEADER -> {
                    error(packet, statement);
                    return lines;
                }
                case OkPacket.HEADER -> ok(packet);
                case 0xFB -> {
                    lines.add("FILE " + packet.skipBytes(1).toString(US_ASCII));
                    client.more(Unpooled.copiedBuffer(FILE, US_ASCII));
                    client.more(Unpooled.EMPTY_BUFFER);
                    sequence += 2;
                    status = ServerStatus.MORE_RESULTS;
                }
                default -> {
                    if (!resultSet(LengthEncoded.readInt(packet))) {
                        return lines;
                    }
                }
            }
        } while ((status & ServerStatus.MORE_RESULTS) != 0);
        return lines;
    }

    private boolean resultSet(long columns) throws IOException {
        columns(columns);
        if (!deprecateEof) {
            ByteBuf packet = next();
            if (kind(packet) == ErrPacket.HEADER) {
                // Where a cursor was to be opened.
                error(packet, "");
                return false;
            }
            endOfColumns(packet);
            if ((status & ServerStatus.CURSOR_EXISTS) != 0) {
                return true;
            }
        }
        return rowsToEnd("");
    }

    private boolean rowsToEnd(String statement) throws IOException {
        while (true) {
            ByteBuf packet = next();
            if (kind(packet) == ErrPacket.HEADER) {
                error(packet, statement);
                return false;
            }
            if (kind(packet) == OkPacket.EOF_HEADER && packet.readableBytes() < 0xFFFFFF) {
                end(packet);
                return true;
            }
            lines.add("ROW " + NAMES_STATEMENT.matcher(shown(packet)).replaceAll("$1(id)"));
        }
    }

    /** The answer to COM_STMT_FETCH. */
    List<String> rows(String statement) throws IOException {
        begun();
        rowsToEnd(statement);
        return lines;
    }

    List<String> fields() throws IOException {
        begun();
        while (true) {
            ByteBuf packet = next();
            switch (kind(packet)) {
                case ErrPacket.HEADER -> {
                    error(packet, "");
                    return lines;
                }
                case OkPacket.EOF_HEADER -> {
                    end(packet);
                    return lines;
                }
                default -> lines.add("FIELD " + shown(packet));
            }
        }
    }

    List<String> prepared() throws IOException {
        begun();
        statementId = 0;
        ByteBuf packet = next();
        if (kind(packet) == ErrPacket.HEADER) {
            error(packet, "");
            return lines;
        }
        packet.skipBytes(1);
        statementId = packet.readIntLE();
        int columns = packet.readUnsignedShortLE();
        int parameters = packet.readUnsignedShortLE();
        lines.add("PREPARED columns=" + columns + " parameters=" + parameters + " warnings="
                + packet.skipBytes(1).readUnsignedShortLE());
        for (int many : new int[]{parameters, columns}) {
            columns(many);
            if (many > 0 && !deprecateEof) {
                ByteBuf end = next();
                lines.add("EOF warnings=" + end.getUnsignedShortLE(end.readerIndex() + 1));
            }
        }
        return lines;
    }

    private void columns(long columns) throws IOException {
        for (long i = 0; i < columns; i++) {
            ByteBuf packet = next();
            StringBuilder line = new StringBuilder("COLUMN");
            String name = "";
            for (int text = 0; text < 6; text++) {
                String part = shown(LengthEncoded.readSlice(packet));
                line.append(' ').append(part);
                name = text == NAME ? part : name;
            }
            packet.skipBytes(1);
            int charset = packet.readUnsignedShortLE();
            long length = packet.readUnsignedIntLE();
            int type = packet.readUnsignedByte();
            line.append(" charset=").append(charset(charset));
            if (charset == BINARY && type >= TINY_BLOB && type <= STRING && name.matches("@[^@].*")) {
                // Of a variable that the session has never set another one may be there on a pinned session's connection: NULL, but of a longer type.
                line.append(" binary string");
            } else {
                line.append(" length=").append(length).append(" type=").append(type);
            }
            int flags = packet.readUnsignedShortLE();
            if (ofAnyCollation(charset)) {
                // Says only whether that collation is a binary one.
                flags &= ~BINARY_FLAG;
            }
            lines.add(line + " flags=" + Integer.toHexString(flags) + " decimals=" + packet.readUnsignedByte());
        }
    }

    /**
     * Of utf8mb4 and latin1 any collation: character_set_results has one which no variable shows, and which is the default of the time when the session last chose it or
     * that of its SET NAMES.
     */
    private static String charset(int collation) {
        return LATIN1.contains(collation) ? "latin1" : isUtf8mb4(collation) ? "utf8mb4" : Integer.toString(collation);
    }

    private static boolean ofAnyCollation(int collation) {
        return LATIN1.contains(collation) || isUtf8mb4(collation);
    }

    private static boolean isUtf8mb4(int collation) {
        return collation == 45 || collation == 46 || collation >= 224 && collation < 248 || collation >= 255 && collation < 320;
    }

    /** The server does not send this one to Usher, which cannot know whether another result will follow; no client asks that here. */
    private void endOfColumns(ByteBuf packet) {
        status = packet.skipBytes(3).readUnsignedShortLE();
        lines.add("EOF" + ((status & ServerStatus.CURSOR_EXISTS) != 0 ? " cursor" : ""));
    }

    /** An EOF, or the OK that stands for one. */
    private void end(ByteBuf packet) {
        if (kind(packet) == ErrPacket.HEADER) {
            error(packet, "");
        } else if (deprecateEof) {
            ok(packet);
        } else {
            int warnings = packet.skipBytes(1).readUnsignedShortLE();
            // No trackers come with it.
            status = packet.readUnsignedShortLE() & ~NOT_COMPARED & ~ServerStatus.SESSION_STATE_CHANGED;
            lines.add("EOF status=" + Integer.toHexString(status) + " warnings=" + warnings);
        }
    }

    private void ok(ByteBuf packet) {
        OkPacket ok = new OkPacket();
        ok.read(packet);
        told |= ok.header() == OkPacket.HEADER;
        status = ok.status() & ~NOT_COMPARED;
        String trackers = trackers(ok.trackers());
        int shown = trackers.isEmpty() ? status & ~ServerStatus.SESSION_STATE_CHANGED : status;
        lines.add("OK " + ok.header() + " affected=" + Long.toUnsignedString(ok.affectedRows()) + " id="
                + Long.toUnsignedString(ok.insertId()) + " status=" + Integer.toHexString(shown) + " warnings=" + ok.warnings() + " "
                + shown(ok.message()) + trackers);
    }

    private String trackers(ByteBuf of) {
        TreeSet<String> all = new TreeSet<>();
        SessionTrack.read(of, new SessionTrack.Listener() {
            @Override
            public void variable(String name, String value) {
                // MariaDB tells of autocommit whenever a variable is set that is a bit beside it, such as sql_safe_updates.
                // Of the character set and the collation of a connection Usher is told only one there.
                if (!name.equals("autocommit") && !name.equals("character_set_connection")) {
                    all.add(name + "=" + value);
                }
            }

            @Override
            public void schema(String name) {
                all.add("schema=" + name);
            }

            @Override
            public void stateChanged() {
                all.add("changed");
            }

            @Override
            public void transactionCharacteristics(String sql) {
                // Usher tells no client of transactions.
            }

            @Override
            public void transactionState(String state) {
                // Nor of these.
            }
        });
        return all.isEmpty() || afterError ? "" : " " + sideless(all.toString());
    }

    private void error(ByteBuf packet, String statement) {
        failed = true;
        int code = packet.skipBytes(1).readUnsignedShortLE();
        String text = shown(packet);
        lines.add("ERR " + code + " " + (statement.isEmpty() ? text : text.replace("(" + statement + ")", "(id)")));
        status = 0;
    }

    /** Printable ASCII as it is, everything else in hexadecimal. */
    private String shown(ByteBuf bytes) {
        String text = sideless(bytes.toString(ISO_8859_1));
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7F) {
                out.append(c);
            } else {
                out.append('<').append(Integer.toHexString(c | 0x100), 1, 3).append('>');
            }
        }
        return out.toString();
    }

    private String sideless(String text) {
        return Fixture.sideless(text, side);
    }
}
