package dev.usher.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The server asks for another authentication plugin.
 *
 * @param plugin its name
 * @param nonce the plugin's data as on the wire, which for the password plugins is 20 bytes and a zero
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_switch_request.html">AuthSwitchRequest</a>
 */
public record AuthSwitchRequest(String plugin, byte[] nonce) {
    public static final int HEADER = 0xFE;
    /** The length of nonces without a zero behind them. */
    private static final int UNENDED = 32;

    /** Reads the payload, header byte included. */
    public static AuthSwitchRequest read(ByteBuf in) {
        LengthEncoded.need(in, 1);
        in.skipBytes(1);
        if (!in.isReadable()) {
            return new AuthSwitchRequest("mysql_old_password", new byte[0]);
        }
        return new AuthSwitchRequest(LengthEncoded.readNullTerminated(in), LengthEncoded.readRest(in));
    }

    public void write(ByteBuf out) {
        out.writeByte(HEADER);
        out.writeBytes(plugin.getBytes(StandardCharsets.UTF_8)).writeByte(0);
        out.writeBytes(nonce);
    }

    /** The nonce without the zero that ends it. */
    public byte[] bareNonce() {
        return bare(nonce);
    }

    /** The same for a nonce by itself. One of 32 bytes (client_ed25519, parsec) has no zero behind it, and may end in one. */
    public static byte[] bare(byte[] nonce) {
        boolean ended = nonce.length > 0 && nonce.length != UNENDED && nonce[nonce.length - 1] == 0;
        return ended ? Arrays.copyOf(nonce, nonce.length - 1) : nonce.clone();
    }
}
