package dev.usher.wire;

import static dev.usher.wire.Capabilities.MARIADB_PROGRESS;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The server's greeting.
 *
 * @param serverVersion as on the wire; MariaDB before 11 puts "5.5.5-" in front
 * @param connectionId what KILL takes
 * @param nonce 20 bytes, without the zero that follows them on the wire
 * @param capabilities MySQL's 32 bits and, from a MariaDB server, its extended bits above
 * @param collation id of the server's default collation, its low 8 bits
 * @param status status flags
 * @param authPlugin the server's default plugin
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html">HandshakeV10</a>
 * @see <a href="https://mariadb.com/kb/en/connection/#initial-handshake-packet">MariaDB: initial handshake packet</a>
 */
public record HandshakeV10(String serverVersion, long connectionId, byte[] nonce, long capabilities, int collation, int status,
        String authPlugin) {
    public static final int NONCE_LENGTH = 20;

    /** Reads a greeting's payload. An ERR packet here is the caller's to recognise, by its first byte 0xFF. */
    public static HandshakeV10 read(ByteBuf in) {
        LengthEncoded.need(in, 1);
        int protocol = in.readUnsignedByte();
        if (protocol != 10) {
            throw new MalformedPacketException("greeting with protocol version " + protocol + "; is this a MySQL or MariaDB server?");
        }
        String version = LengthEncoded.readNullTerminated(in);
        LengthEncoded.need(in, 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10);
        long id = in.readUnsignedIntLE();
        byte[] nonce = new byte[NONCE_LENGTH];
        in.readBytes(nonce, 0, 8).skipBytes(1);
        long capabilities = in.readUnsignedShortLE();
        int collation = in.readUnsignedByte();
        int status = in.readUnsignedShortLE();
        capabilities |= (long) in.readUnsignedShortLE() << 16;
        int nonceLength = in.readUnsignedByte();
        in.skipBytes(6);
        long reservedOrMariaDb = in.readUnsignedIntLE();
        if (!Capabilities.has(capabilities, Capabilities.LONG_PASSWORD)) {
            capabilities |= reservedOrMariaDb << 32;
        }
        int rest = Math.max(13, nonceLength - 8);
        LengthEncoded.need(in, rest);
        in.readBytes(nonce, 8, 12).skipBytes(rest - 12);
        String plugin =
                Capabilities.has(capabilities, Capabilities.PLUGIN_AUTH) ? LengthEncoded.readNullTerminated(in) : "mysql_native_password";
        return new HandshakeV10(version, id, nonce, capabilities, collation, status, plugin);
    }

    public void write(ByteBuf out) {
        out.writeByte(10);
        out.writeBytes(serverVersion.getBytes(StandardCharsets.UTF_8)).writeByte(0);
        out.writeIntLE((int) connectionId);
        out.writeBytes(nonce, 0, 8).writeByte(0);
        out.writeShortLE((int) capabilities);
        out.writeByte(collation);
        out.writeShortLE(status);
        out.writeShortLE((int) (capabilities >>> 16));
        out.writeByte(NONCE_LENGTH + 1);
        out.writeZero(6);
        out.writeIntLE(Capabilities.has(capabilities, Capabilities.LONG_PASSWORD) ? 0 : (int) (capabilities >>> 32));
        out.writeBytes(nonce, 8, 12).writeByte(0);
        out.writeBytes(authPlugin.getBytes(StandardCharsets.UTF_8)).writeByte(0);
    }

    /** Whether this is MariaDB: its servers clear {@code CLIENT_MYSQL}, or say so in the version. */
    public boolean mariaDb() {
        return !Capabilities.has(capabilities, Capabilities.LONG_PASSWORD) || serverVersion.contains("MariaDB");
    }

    /** The version without MariaDB's replication prefix. */
    public String version() {
        return serverVersion.startsWith("5.5.5-") ? serverVersion.substring(6) : serverVersion;
    }

    /** Whether the server speaks MariaDB's extended capabilities. */
    public boolean extended() {
        return !Capabilities.has(capabilities, Capabilities.LONG_PASSWORD) && capabilities >>> 32 != 0
                || (capabilities & MARIADB_PROGRESS) != 0;
    }
}
