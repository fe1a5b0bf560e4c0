package dev.usher.proxy;

import dev.usher.session.ConditionsRequest;
import dev.usher.session.FoundRows;
import dev.usher.session.PreparedStatement;
import dev.usher.session.SqlStatement;
import dev.usher.session.Trait;
import dev.usher.session.UserVariable;
import dev.usher.session.Verb;
import dev.usher.wire.Command;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The command that a client has sent and that is not answered yet. One object per session, used over and over. */
final class CommandUnderWay {
    private Command command = Command.QUERY;
    private @Nullable ByteBuf packet;
    private boolean large;

    /** Of its text; see {@link Trait}. */
    long traits;

    /** What its text says about FOUND_ROWS(). */
    FoundRows foundRows = FoundRows.UNCLEAR;

    /** What of the statement before it reads, if it is a reader of conditions. */
    ConditionsRequest.@Nullable Kind reads;

    /** Whether it is answered from what Usher knows of the statement before. */
    boolean emulated;

    /** Whether its connection has been reset for it. */
    boolean cleared;

    /** The rows of that answer, where the server's own has none. */
    @Nullable
    List<@Nullable String[]> rows;

    /** The number of warnings that its OK has to name, where the server's own would be another; -1 where it is not. */
    int countedInOk;

    /** Whether its text is proven to be a single statement, so that a restore may stand in front of it. */
    boolean single;

    /** Where its text begins in its packet, and how long it is. */
    int textAt;

    int textLength;

    /** Its text, where one of its traits needs more than the lexer tells; empty otherwise. */
    String text = "";

    Verb verb = Verb.NONE;

    /** A SET of {@code autocommit} and nothing else. */
    boolean setsAutocommit;

    /** {@link dev.usher.session.StatementTraits#untoldVariables}. */
    List<String> untoldVariables = List.of();

    /** The statement prepared by name that it runs, makes or drops. */
    @Nullable
    String sqlName;

    /** That statement, if it runs one. */
    @Nullable
    SqlStatement executes;

    @Nullable
    SqlStatement preparing;

    boolean deallocates;

    /** The user variables that its text names, and those of them that it may read. */
    List<String> variables = List.of();

    List<String> variablesRead = List.of();

    /** The sequences that its text may advance. */
    List<String> sequences = List.of();

    /** Whether it has advanced all of them if it succeeds. */
    boolean surelyDraws;

    /** What it gives its user variables, where the text alone says so. */
    @Nullable
    Map<String, UserVariable> literals;

    @Nullable
    PreparedStatement statement;
    boolean failed;
    boolean sent;

    /** KILL QUERYs on their way that came before it was sent, and whether one of them was done. */
    int kills;

    boolean killed;

    /** What sends it, once these are answered. */
    @Nullable
    Runnable due;

    /** Whether its session's schema, which was gone, has been tried again for it. */
    boolean schemaTried;

    /** Whether the server has refused to give it its session's FOUND_ROWS(). */
    boolean foundRowsTried;

    /** The pins that it has given its session, of which nothing is true as long as it has not been sent. */
    int pinned;

    /** What its session had to read before it; null if it has not added anything. */
    @Nullable
    List<String> readBefore;

    /** How often its session's state could not be restored. */
    int attempts;

    /** Whether it waits until all that has been asked on its lease is answered, and a KILL of what ran there is over. */
    boolean waitsForQuiet;

    /**
     * @param bytes the packet, header included, or as much of a large one as has been read; taken over
     * @param isLarge whether more is to come
     */
    void begin(Command next, @Nullable ByteBuf bytes, boolean isLarge) {
        command = next;
        packet = bytes;
        large = isLarge;
        traits = Trait.SINGLE.bit();
        foundRows = FoundRows.UNCLEAR;
        reads = null;
        emulated = false;
        cleared = false;
        rows = null;
        countedInOk = -1;
        single = false;
        text = "";
        textLength = 0;
        verb = Verb.NONE;
        setsAutocommit = false;
        untoldVariables = List.of();
        sqlName = null;
        executes = null;
        preparing = null;
        deallocates = false;
        variables = List.of();
        variablesRead = List.of();
        literals = null;
        sequences = List.of();
        surelyDraws = false;
        statement = null;
        failed = false;
        sent = false;
        schemaTried = false;
        foundRowsTried = false;
        kills = 0;
        killed = false;
        due = null;
        pinned = 0;
        readBefore = null;
        attempts = 0;
        waitsForQuiet = false;
    }

    Command command() {
        return command;
    }

    /** Whether it is larger than what is taken whole, and streams. */
    boolean large() {
        return large;
    }

    ByteBuf packet() {
        ByteBuf taken = packet;
        if (taken == null) {
            throw new IllegalStateException("no command under way");
        }
        return taken;
    }

    boolean hasPacket() {
        return packet != null;
    }

    /** Another packet in its place. */
    void packet(ByteBuf other) {
        drop();
        packet = other;
    }

    /** Another text in the place of that of a COM_QUERY. */
    void replaceText(byte[] instead) {
        replace(packet().readerIndex() + textAt, instead);
        textLength = instead.length;
    }

    /** Another text in the place of that of a COM_STMT_PREPARE. */
    void replacePrepared(byte[] instead) {
        replace(packet().readerIndex() + Packets.HEADER + 1, instead);
    }

    private void replace(int text, byte[] instead) {
        ByteBuf bytes = packet();
        ByteBuf out = bytes.alloc().buffer(text - bytes.readerIndex() + instead.length);
        int start = Packets.begin(out, 0);
        int head = bytes.readerIndex() + Packets.HEADER;
        out.writeBytes(bytes, head, text - head).writeBytes(instead);
        packet(Packets.end(out, start));
    }

    /** The packet, which is now the caller's. */
    ByteBuf takePacket() {
        ByteBuf taken = packet();
        packet = null;
        return taken;
    }

    void drop() {
        ByteBuf taken = packet;
        packet = null;
        if (taken != null) {
            taken.release();
        }
    }

    /** Whether it runs a statement of the client's. */
    boolean isStatement() {
        return command == Command.QUERY || command == Command.STMT_EXECUTE || command == Command.STMT_BULK_EXECUTE;
    }

    boolean has(long anyOf) {
        return (traits & anyOf) != 0;
    }
}
