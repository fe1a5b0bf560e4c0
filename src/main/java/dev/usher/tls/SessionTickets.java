package dev.usher.tls;

import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients resume TLS sessions by ticket, which saves them a round trip (TLS 1.2) and both sides the signature. Netty leaves tickets off until
 * they have keys, because it does not change keys by itself: whoever holds one can read what was recorded while it was in use. So call {@link
 * #renew} every few hours; tickets of the key before the present one are still good. The JDK's engine looks after its tickets itself.
 */
public final class SessionTickets {
    private final SecureRandom random;
    private @Nullable SslContext context;
    private @Nullable OpenSslSessionTicketKey current;

    public SessionTickets(SecureRandom random) {
        this.random = random;
    }

    /** Turns tickets on for this context, which is for the server's side, and returns it. */
    public synchronized SslContext on(SslContext towardsClients) {
        context = towardsClients;
        renew();
        return towardsClients;
    }

    /** A new key for the tickets from now on. */
    public synchronized void renew() {
        if (context != null && context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            OpenSslSessionTicketKey previous = current;
            current = new OpenSslSessionTicketKey(random(OpenSslSessionTicketKey.NAME_SIZE),
                    random(OpenSslSessionTicketKey.HMAC_KEY_SIZE), random(OpenSslSessionTicketKey.AES_KEY_SIZE));
            if (previous == null) {
                sessions.setTicketKeys(current);
            } else {
                sessions.setTicketKeys(current, previous);
            }
        }
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
