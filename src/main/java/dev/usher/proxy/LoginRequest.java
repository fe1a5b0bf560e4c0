package dev.usher.proxy;

import dev.usher.auth.NativePassword;
import dev.usher.wire.Capabilities;
import dev.usher.wire.HandshakeResponse41;
import dev.usher.wire.LengthEncoded;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who wants in, and how: from the answer to the greeting, or from COM_CHANGE_USER.
 *
 * @param capabilities what client and Usher use
 * @param collation id of the client's collation; an answer to the greeting has only its low 8 bits
 * @param database the default schema that it asks for, or null
 * @param plugin with which it makes its first answer
 * @param compression for what follows the login, as {@link ClientConnection#compressionOf} names it; empty for none
 */
record LoginRequest(
        String user, @Nullable String database, long capabilities, int collation, Map<String, String> attributes, String plugin,
        String compression, int zstdLevel) {

    static LoginRequest of(HandshakeResponse41 response, long offered) {
        String plugin = response.authPlugin() == null || response.authPlugin().isEmpty() ? NativePassword.NAME : response.authPlugin();
        return new LoginRequest(response.user(), response.database(), response.capabilities() & offered, response.collation(),
                response.attributes(), plugin, ClientConnection.compressionOf(response), response.zstdLevel());
    }

    /**
     * The payload of COM_CHANGE_USER. The answer that came along is not looked at, as servers do.
     *
     * @param capabilities of the connection, which stay
     * @param collation of the connection, unless the command names another
     * @throws dev.usher.wire.MalformedPacketException or an IndexOutOfBoundsException
     * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_change_user.html">COM_CHANGE_USER</a>
     */
    static LoginRequest ofChangeUser(ByteBuf payload, long capabilities, int collation) {
        payload.skipBytes(1);
        String user = LengthEncoded.readNullTerminated(payload);
        int length = payload.readUnsignedByte();
        payload.skipBytes(length);
        String schema = LengthEncoded.readNullTerminated(payload);
        int newCollation = payload.readableBytes() >= 2 ? payload.readUnsignedShortLE() : collation;
        String plugin = NativePassword.NAME;
        if (Capabilities.has(capabilities, Capabilities.PLUGIN_AUTH) && payload.isReadable()) {
            plugin = LengthEncoded.readNullTerminated(payload);
        }
        Map<String, String> attributes = Map.of();
        if (Capabilities.has(capabilities, Capabilities.CONNECT_ATTRS) && payload.isReadable()) {
            attributes = HandshakeResponse41.readAttributes(payload);
        }
        return new LoginRequest(user, schema.isEmpty() ? null : schema, capabilities, newCollation, attributes, plugin, "", 0);
    }

    /** Those that decide which server connections can serve it. */
    long poolCapabilities() {
        return capabilities & Capabilities.PER_POOL;
    }

    boolean has(long capability) {
        return Capabilities.has(capabilities, capability);
    }

    /** What the client calls itself, for SHOW. */
    String program() {
        return attributes.getOrDefault("program_name", attributes.getOrDefault("_client_name", ""));
    }

    /** Whether the client takes part in the full exchange of caching_sha2_password on a plain link without a setting of its own. */
    boolean fetchesKey() {
        return switch (attributes.getOrDefault("_client_name", "")) {
            case "mysqlnd", "pymysql", "Node-MySQL-2", "Go-MySQL-Driver" -> true;
            default -> false;
        };
    }
}
