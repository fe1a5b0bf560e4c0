package dev.usher.proxy;

import dev.usher.session.Baseline;
import dev.usher.session.SessionState;
import dev.usher.wire.Capabilities;
import dev.usher.wire.OkPacket;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;

/** Commands that concern the connection itself and that Usher answers. */
final class OwnCommands {
    private OwnCommands() {}

    /** The answer to COM_SET_OPTION, which for clients without DEPRECATE_EOF is an EOF packet. */
    static void optionSet(Channel channel, long capabilities, int status) {
        ByteBuf out = channel.alloc().buffer(16);
        int start = Packets.begin(out, 1);
        if (Capabilities.has(capabilities, Capabilities.DEPRECATE_EOF)) {
            OkPacket.write(out, OkPacket.EOF_HEADER, 0, 0, status, 0, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
        } else {
            OkPacket.writeEof(out, status, 0);
        }
        channel.writeAndFlush(Packets.end(out, start), channel.voidPromise());
    }

    /**
     * The state in which COM_RESET_CONNECTION leaves a session: MariaDB goes back to the character set of the handshake, MySQL to the server's own.
     *
     * @param afterLogin as the handshake left it
     */
    static SessionState afterReset(SessionState afterLogin, Baseline baseline, boolean mariaDb) {
        String charset = baseline.value("character_set_server");
        String collation = baseline.value("collation_server");
        if (mariaDb || charset == null || collation == null) {
            return afterLogin;
        }
        SessionState state = afterLogin;
        for (String name : List.of("character_set_client", "character_set_connection", "character_set_results")) {
            state = baseline.apply(state, name, charset);
        }
        return baseline.apply(state, "collation_connection", collation);
    }
}
