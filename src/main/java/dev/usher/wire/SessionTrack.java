package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The session state changes of an OK packet.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html#sect_protocol_basic_ok_packet_sessinfo">Session State Information</a>
 */
public final class SessionTrack {
    public static final int SYSTEM_VARIABLES = 0;
    public static final int SCHEMA = 1;
    public static final int STATE_CHANGE = 2;
    public static final int GTIDS = 3;
    public static final int TRANSACTION_CHARACTERISTICS = 4;
    public static final int TRANSACTION_STATE = 5;

    private SessionTrack() {}

    /** Receives what changed, in the server's order. */
    public interface Listener {
        void variable(String name, String value);

        /** @param name empty when the session has no schema any more */
        void schema(String name);

        /** Something in the session changed; what, only the other calls (if any) tell. */
        void stateChanged();

        /** @param sql statements that would give a new session the pending and current transaction characteristics; empty if there are none */
        void transactionCharacteristics(String sql);

        /** @param state eight characters */
        void transactionState(String state);
    }

    /** Reads all entries of {@code trackers}, which it consumes. Kinds that nobody knows are passed over. */
    public static void read(ByteBuf trackers, Listener listener) {
        while (trackers.isReadable()) {
            int kind = trackers.readUnsignedByte();
            ByteBuf entry = LengthEncoded.readSlice(trackers);
            switch (kind) {
                case SYSTEM_VARIABLES -> {
                    while (entry.isReadable()) {
                        String name = LengthEncoded.readString(entry, StandardCharsets.UTF_8);
                        listener.variable(name, LengthEncoded.readString(entry, StandardCharsets.UTF_8));
                    }
                }
                case SCHEMA -> listener.schema(LengthEncoded.readString(entry, StandardCharsets.UTF_8));
                case STATE_CHANGE -> listener.stateChanged();
                case TRANSACTION_CHARACTERISTICS ->
                    listener.transactionCharacteristics(LengthEncoded.readString(entry, StandardCharsets.UTF_8));
                case TRANSACTION_STATE -> listener.transactionState(LengthEncoded.readString(entry, StandardCharsets.UTF_8));
                default -> {
                    // GTIDs, and whatever later servers add: nothing that a pooler has to know.
                }
            }
        }
    }
}
