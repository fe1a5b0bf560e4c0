package dev.usher.wire;

import static dev.usher.wire.Capabilities.has;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The client's answer to the greeting.
 *
 * @param capabilities what both sides now use; a MariaDB client's extended bits above bit 31
 * @param maxPacketSize as the client says; servers ignore it
 * @param collation id of the client's collation, its low 8 bits
 * @param user UTF-8
 * @param authAnswer the plugin's first answer, for the nonce of the greeting
 * @param database the default schema, or null
 * @param authPlugin the plugin that made the answer, or null from a client without {@code PLUGIN_AUTH}
 * @param attributes connection attributes, in the client's order
 * @param zstdLevel 0 unless {@code ZSTD_COMPRESSION} is set
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html">HandshakeResponse41</a>
 */
public record HandshakeResponse41(
        long capabilities,
        long maxPacketSize,
        int collation,
        String user,
        byte[] authAnswer,
        @Nullable String database,
        @Nullable String authPlugin,
        Map<String, String> attributes,
        int zstdLevel) {
    /** Length of the part that an SSLRequest consists of. */
    public static final int SSL_REQUEST_LENGTH = 32;

    /** The capabilities with which the payload of a HandshakeResponse41 or an SSLRequest begins. Does not move the reader index. */
    public static long peekCapabilities(ByteBuf in) {
        if (in.readableBytes() < SSL_REQUEST_LENGTH) {
            throw new MalformedPacketException("handshake response of " + in.readableBytes() + " bytes");
        }
        int at = in.readerIndex();
        long capabilities = in.getUnsignedIntLE(at);
        if (!has(capabilities, Capabilities.PROTOCOL_41)) {
            throw new MalformedPacketException("client without CLIENT_PROTOCOL_41");
        }
        if (!has(capabilities, Capabilities.LONG_PASSWORD)) {
            capabilities |= in.getUnsignedIntLE(at + 28) << 32;
        }
        return capabilities;
    }

    public static HandshakeResponse41 read(ByteBuf in) {
        long capabilities = peekCapabilities(in);
        in.skipBytes(4);
        long maxPacketSize = in.readUnsignedIntLE();
        int collation = in.readUnsignedByte();
        in.skipBytes(23);
        String user = LengthEncoded.readNullTerminated(in);
        byte[] answer;
        if (has(capabilities, Capabilities.PLUGIN_AUTH_LENENC_DATA)) {
            answer = LengthEncoded.readBytes(in);
        } else if (has(capabilities, Capabilities.SECURE_CONNECTION)) {
            LengthEncoded.need(in, 1);
            int length = in.readUnsignedByte();
            LengthEncoded.need(in, length);
            answer = new byte[length];
            in.readBytes(answer);
        } else {
            answer = LengthEncoded.readNullTerminatedBytes(in);
        }
        String database = null;
        if (has(capabilities, Capabilities.CONNECT_WITH_DB) && in.isReadable()) {
            database = LengthEncoded.readNullTerminated(in);
        }
        String plugin = null;
        if (has(capabilities, Capabilities.PLUGIN_AUTH) && in.isReadable()) {
            plugin = LengthEncoded.readNullTerminated(in);
        }
        Map<String, String> attributes = Map.of();
        if (has(capabilities, Capabilities.CONNECT_ATTRS) && in.isReadable()) {
            attributes = readAttributes(in);
        }
        int zstdLevel = has(capabilities, Capabilities.ZSTD_COMPRESSION) && in.isReadable() ? in.readUnsignedByte() : 0;
        return new HandshakeResponse41(
                capabilities,
                maxPacketSize,
                collation,
                user,
                answer,
                database == null || database.isEmpty() ? null : database,
                plugin,
                attributes,
                zstdLevel);
    }

    /** Connection attributes as the handshake response and COM_CHANGE_USER carry them. */
    public static Map<String, String> readAttributes(ByteBuf in) {
        ByteBuf all = LengthEncoded.readSlice(in);
        Map<String, String> attributes = new LinkedHashMap<>();
        while (all.isReadable()) {
            String key = LengthEncoded.readString(all, StandardCharsets.UTF_8);
            attributes.put(key, LengthEncoded.readString(all, StandardCharsets.UTF_8));
        }
        return attributes;
    }

    public void write(ByteBuf out) {
        writeHead(out, capabilities, maxPacketSize, collation);
        out.writeBytes(user.getBytes(StandardCharsets.UTF_8)).writeByte(0);
        LengthEncoded.writeBytes(out, authAnswer);
        if (database != null) {
            out.writeBytes(database.getBytes(StandardCharsets.UTF_8)).writeByte(0);
        }
        out.writeBytes((authPlugin == null ? "" : authPlugin).getBytes(StandardCharsets.UTF_8)).writeByte(0);
        ByteBuf all = out.alloc().buffer();
        try {
            attributes.forEach((key, value) -> {
                LengthEncoded.writeString(all, key, StandardCharsets.UTF_8);
                LengthEncoded.writeString(all, value, StandardCharsets.UTF_8);
            });
            LengthEncoded.writeInt(out, all.readableBytes());
            out.writeBytes(all);
        } finally {
            all.release();
        }
        if (has(capabilities, Capabilities.ZSTD_COMPRESSION)) {
            out.writeByte(zstdLevel);
        }
    }

    /** The 32 bytes that are an SSLRequest when nothing follows them. */
    public static void writeHead(ByteBuf out, long capabilities, long maxPacketSize, int collation) {
        out.writeIntLE((int) capabilities);
        out.writeIntLE((int) maxPacketSize);
        out.writeByte(collation);
        out.writeZero(19);
        out.writeIntLE(has(capabilities, Capabilities.LONG_PASSWORD) ? 0 : (int) (capabilities >>> 32));
    }

    /** Without the answer and the attributes' values. */
    @Override
    public String toString() {
        return "HandshakeResponse41[user=" + user + ", database=" + database + ", plugin=" + authPlugin + ", capabilities="
                + Long.toHexString(capabilities) + "]";
    }
}
