package dev.usher.proxy;

import dev.usher.auth.RsaKeyPair;
import dev.usher.config.UsherConfig;
import dev.usher.pool.Worker;
import dev.usher.session.SqlLexer;
import dev.usher.tls.ServerCertificate;
import dev.usher.tls.TlsContext;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What all client connections share: settings, TLS, the RSA key, and who is connected. Safe on every loop. */
public final class Frontend {
    private final UsherConfig config;
    private final TlsContext tls;
    private final ServerCertificate certificate;
    private final RsaKeyPair rsa;
    private final FrontendCounters counters = new FrontendCounters();
    private final PinLedger pins = new PinLedger();
    private final Map<Long, ClientConnection> clients = new ConcurrentHashMap<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();
    private final Map<Worker, SqlLexer> lexers = new ConcurrentHashMap<>();
    private final RefusalLog refusals = new RefusalLog();
    private volatile boolean draining;

    public Frontend(UsherConfig config, TlsContext tls, ServerCertificate certificate, RsaKeyPair rsa) {
        this.config = config;
        this.tls = tls;
        this.certificate = certificate;
        this.rsa = rsa;
    }

    public UsherConfig config() {
        return config;
    }

    TlsContext tls() {
        return tls;
    }

    byte[] fingerprint() {
        return certificate.fingerprint();
    }

    RsaKeyPair rsa() {
        return rsa;
    }

    public PinLedger pins() {
        return pins;
    }

    public FrontendCounters counters() {
        return counters;
    }

    /** Client connections by id, those that log in included. */
    public Map<Long, ClientConnection> clients() {
        return clients;
    }

    @Nullable
    ClientConnection client(long id) {
        return clients.get(id);
    }

    /** How many are connected, the new one included. */
    int entered(ClientConnection client) {
        clients.put(client.id().value(), client);
        return connected.incrementAndGet();
    }

    void left(ClientConnection client) {
        if (clients.remove(client.id().value(), client)) {
            connected.decrementAndGet();
        }
    }

    /** The lexer of a worker; only for use on its loop. */
    SqlLexer lexer(Worker worker) {
        return lexers.computeIfAbsent(worker, w -> new SqlLexer(w.server().flavour()));
    }

    RefusalLog refusals() {
        return refusals;
    }

    public int connected() {
        return connected.get();
    }

    public boolean draining() {
        return draining;
    }

    public void drain() {
        draining = true;
    }

    /** 20 bytes from 1 to 127 without {@code $}, as servers make them. */
    byte[] nonce() {
        byte[] nonce = new byte[20];
        random.nextBytes(nonce);
        for (int i = 0; i < nonce.length; i++) {
            nonce[i] &= 0x7F;
            if (nonce[i] == 0 || nonce[i] == '$') {
                nonce[i]++;
            }
        }
        return nonce;
    }
}
