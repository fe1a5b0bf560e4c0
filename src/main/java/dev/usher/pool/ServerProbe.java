package dev.usher.pool;

import dev.usher.config.ServerConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the server's greeting before anybody has logged in: clients are greeted with it. The handshake is finished with a wrong answer, because a server blocks
 * the host of those who break it off (max_connect_errors).
 */
public final class ServerProbe {
    private static final String NOBODY = "usher-greeting-probe";

    private ServerProbe() {}

    /** @param then gets an empty string when the greeting is known, else the reason why not; on the loop */
    public static void probe(EventLoop loop, ServerConfig config, Server server, Consumer<String> then) {
        AuthResponder wrong = new AuthResponder() {
            @Override
            public FirstAnswer first(String plugin, byte[] nonce) {
                return new FirstAnswer(plugin, new byte[20]);
            }

            @Override
            public void switched(String plugin, byte[] data, ToServer to) {
                to.send(new byte[20]);
            }

            @Override
            public void more(ByteBuf payload, ToServer to) {
                to.abandon("probe");
            }
        };
        Probe probe = new Probe(server, then);
        ServerLogin login = new ServerLogin(NOBODY, 0, TlsToServer.NONE, wrong, Map.of(), server::greeted, probe);
        new ServerLink(config).connect(loop, false, login, channel -> probe.channel = channel, login::notConnected);
        loop.schedule(login::timedOut, 10, TimeUnit.SECONDS);
    }

    private static final class Probe implements ServerLogin.Listener {
        private final Server server;
        private final Consumer<String> then;
        private @Nullable Channel channel;

        Probe(Server server, Consumer<String> then) {
            this.server = server;
            this.then = then;
        }

        @Override
        public void ended(ServerLogin.Outcome outcome) {
            Channel open = channel;
            if (open != null) {
                // Also when it got in, to a server with an anonymous account.
                open.close();
            }
            switch (outcome) {
                case ServerLogin.Outcome.LoggedIn in -> then.accept("");
                case ServerLogin.Outcome.Refused refused -> then.accept(refused.beforeLogin() ? refused.error().toString() : "");
                case ServerLogin.Outcome.Abandoned abandoned -> then.accept(server.greeting() == null ? abandoned.why() : "");
                case ServerLogin.Outcome.Failed failed -> then.accept(server.greeting() == null ? failed.why() : "");
            }
        }
    }
}
