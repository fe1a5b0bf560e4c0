package dev.usher.pool;

import dev.usher.auth.Credentials;
import dev.usher.session.Baseline;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One account of the server, by the user name that clients log in with: to the server all of Usher's connections come from one address, so that a user name
 * is one account. Shared between workers; what is known about it changes as a whole.
 */
public final class Account {
    private final String user;
    private final boolean told;
    /** When the server let it use a schema as default, as {@link System#nanoTime}. */
    private final Map<String, Long> schemas = new ConcurrentHashMap<>();
    private volatile @Nullable Known known;
    private final Map<Long, Read> baselines = new ConcurrentHashMap<>();
    private volatile @Nullable Identity identity;
    private volatile RequiredLink requiredLink = RequiredLink.ANY;
    private volatile boolean accepted;
    private volatile long lastWanted = System.nanoTime();
    private volatile boolean anotherOverSocket;
    private volatile long privilegeEpoch = System.nanoTime();

    /** @param confirmedAt {@link System#nanoTime} of the last login that the server accepted */
    private record Known(Credentials credentials, long confirmedAt) {}

    Account(String user, @Nullable Credentials told) {
        this.user = user;
        this.told = told != null;
        // Told is not yet confirmed: the first login goes to the server.
        this.known = told == null ? null : new Known(told, Long.MIN_VALUE);
    }

    public String user() {
        return user;
    }

    /** What was told or learned, or null if this account can only be logged in by its clients. */
    public @Nullable Credentials credentials() {
        Known now = known;
        return now == null ? null : now.credentials;
    }

    /** Whether the server accepted these credentials less than {@code ttlNanos} ago. */
    public boolean confirmed(long now, long ttlNanos) {
        Known k = known;
        return k != null && k.confirmedAt != Long.MIN_VALUE && now - k.confirmedAt < ttlNanos;
    }

    /** The server has let it in. */
    public void accepted() {
        accepted = true;
    }

    /** Somebody wants to log in. */
    void wanted() {
        lastWanted = System.nanoTime();
    }

    /** {@link System#nanoTime} of when somebody last wanted to log in. */
    long lastWanted() {
        return lastWanted;
    }

    boolean wasAccepted() {
        return accepted || told;
    }

    /** The server has just accepted these. */
    public void learned(Credentials credentials) {
        known = new Known(credentials, System.nanoTime());
        accepted = true;
    }

    /** The server has just refused these: what was learned is forgotten, what was told stays told. What was learned meanwhile is not touched. */
    public void refused(Credentials which) {
        Known k = known;
        schemas.clear();
        if (k != null && k.credentials == which) {
            known = told ? new Known(which, Long.MIN_VALUE) : null;
        }
    }

    /** Something about the account has changed, or the server has refused it for another reason than a wrong password: the next login goes to the server. */
    public void doubted() {
        schemas.clear();
        Known k = known;
        if (k != null) {
            known = new Known(k.credentials, Long.MIN_VALUE);
        }
    }

    /** The server has accepted other ones, or they can not answer what it asks: not even what was told is of use. */
    public void forget(Credentials which) {
        Known k = known;
        if (k != null && k.credentials == which) {
            known = null;
        }
    }

    /**
     * Variables after login; null until a server connection has been opened.
     *
     * @param capabilities of the pool: some flags set variables
     */
    public @Nullable Baseline baseline(long capabilities) {
        Read read = baselines.get(capabilities);
        return read == null ? null : read.baseline;
    }

    /** Whether it is still what a new session would begin with, as far as Usher has seen. */
    public boolean current(long capabilities, Server server) {
        Read read = baselines.get(capabilities);
        return read != null && read.epoch == server.globalEpoch();
    }

    /** A login that began before a SET GLOBAL may be read after one that began behind it. */
    void baseline(long capabilities, Baseline read, long epoch) {
        baselines.merge(capabilities, new Read(read, epoch), (known, other) -> known.epoch > other.epoch ? known : other);
    }

    private record Read(Baseline baseline, long epoch) {}

    /** Who the server takes the account for, and its roles, as seen over TCP; null until it has been asked. */
    @Nullable
    Identity identity() {
        return identity;
    }

    void identity(Identity seen) {
        identity = seen;
    }

    /** What its clients' links must be, as the latest server connection was told. */
    public RequiredLink requiredLink() {
        return requiredLink;
    }

    void requiredLink(RequiredLink told) {
        requiredLink = told;
    }

    /** @param role as CURRENT_ROLE() gives it, empty where the server has no roles */
    record Identity(String user, String role) {}

    /** Whether the server has let the account use a schema as default less than {@code ttlNanos} ago. */
    public boolean mayUse(String schema, long ttlNanos) {
        Long at = schemas.get(schema);
        return at != null && System.nanoTime() - at < ttlNanos;
    }

    /** The server has let it. */
    public void schemaOpened(String schema) {
        schemas.put(schema, System.nanoTime());
    }

    /** The server is to be asked again. */
    public void forgetSchemas() {
        schemas.clear();
    }

    /** Server connections logged in before this {@link System#nanoTime} may carry rights that were changed since. */
    public long privilegeEpoch() {
        return privilegeEpoch;
    }

    /** Rights have changed. */
    void privilegesChanged() {
        privilegeEpoch = System.nanoTime();
        doubted();
    }

    /** Whether the server's Unix socket may be used: over it, the same name may be another account, with other rights. */
    boolean mayUseSocket() {
        return identity != null && !anotherOverSocket;
    }

    /** It is another account there. */
    void anotherOverSocket() {
        anotherOverSocket = true;
    }

    @Override
    public String toString() {
        return user;
    }
}
