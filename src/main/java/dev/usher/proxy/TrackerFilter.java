package dev.usher.proxy;

import dev.usher.wire.LengthEncoded;
import dev.usher.wire.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Which of the trackers, all of which are on towards the server, a client gets to see: those that its own session has switched on, by default the schema and
 * a few variables. Only {@code session_track_gtids} is on where the session has switched it on.
 *
 * @param variables names of the session's {@code session_track_system_variables}
 */
record TrackerFilter(Set<String> variables, boolean schema) {
    /** The default of {@code session_track_system_variables} on both servers. */
    static final TrackerFilter DEFAULT = new TrackerFilter(
            Set.of("autocommit", "character_set_client", "character_set_connection", "character_set_results", "time_zone"), true);

    /**
     * From a session's own variables. What it has added to the server connection's setting, as drivers do by CONCAT, is added to everything.
     *
     * @param systemVariables value of {@code session_track_system_variables}
     */
    static TrackerFilter of(String systemVariables, boolean schema) {
        Set<String> names = new HashSet<>();
        for (String name : systemVariables.split(",")) {
            names.add(name.strip().toLowerCase(Locale.ROOT));
        }
        return new TrackerFilter(Set.copyOf(names), schema);
    }

    /** What is left of the trackers of an OK; the caller releases it. */
    ByteBuf filter(ByteBuf trackers, ByteBufAllocator alloc) {
        if (!trackers.isReadable()) {
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf out = alloc.buffer(trackers.readableBytes());
        ByteBuf in = trackers.duplicate();
        while (in.isReadable()) {
            int kind = in.readUnsignedByte();
            ByteBuf entry = LengthEncoded.readSlice(in);
            if (kind == SessionTrack.SYSTEM_VARIABLES) {
                variables(entry, out);
            } else if (kind == SessionTrack.SCHEMA && schema || kind == SessionTrack.GTIDS) {
                out.writeByte(kind);
                LengthEncoded.writeInt(out, entry.readableBytes());
                out.writeBytes(entry);
            }
        }
        return out;
    }

    private void variables(ByteBuf entry, ByteBuf out) {
        while (entry.isReadable()) {
            int from = entry.readerIndex();
            String name = LengthEncoded.readString(entry, StandardCharsets.UTF_8);
            LengthEncoded.readSlice(entry);
            if (variables.contains(name) || variables.contains("*")) {
                int length = entry.readerIndex() - from;
                out.writeByte(SessionTrack.SYSTEM_VARIABLES);
                LengthEncoded.writeInt(out, length);
                out.writeBytes(entry, from, length);
            }
        }
    }
}
