package dev.usher.proxy;

import dev.usher.config.PinConfig;
import dev.usher.session.Pin;
import dev.usher.session.Session;
import dev.usher.session.Verb;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Since when and by what a session is pinned, what that costs others, and when it has lasted too long. One object per session, used for one pin after the other. */
public final class SessionPin {
    private static final Logger log = LoggerFactory.getLogger(SessionPin.class);

    private final ClientSession owner;
    private final Session session;
    private final PinLedger ledger;
    private final PinConfig config;
    /** Of the statement that is going to pin, if its text says so. */
    private String cause = "";

    private String statement = "";
    private PinLedger.@Nullable Total total;
    private long since;
    private long waited;

    SessionPin(ClientSession owner, PinLedger ledger, PinConfig config) {
        this.owner = owner;
        this.session = owner.session();
        this.ledger = ledger;
        this.config = config;
    }

    /** A statement is about to run whose text takes something. */
    void causedBy(String normalised) {
        if (since == 0) {
            cause = normalised;
        }
    }

    /** Nothing is under way: the session is pinned, or no longer. */
    void settled(boolean pinned, Verb verb, long now) {
        if (pinned && since == 0) {
            begin(verb, now);
        } else if (!pinned && since != 0) {
            end(now);
        }
        if (!pinned && !cause.isEmpty()) {
            cause = "";
        }
    }

    private void begin(Verb verb, long now) {
        since = now;
        waited = 0;
        // A transaction is no property of the text, which is gone by now.
        statement =
                !cause.isEmpty() ? cause : verb == Verb.BEGIN ? "BEGIN" : verb == Verb.NONE ? "(prepared statement)" : verb.name() + " …";
        cause = "";
        if (log.isInfoEnabled() && config.log() && session.pins().stream().anyMatch(pin -> pin != Pin.TRANSACTION)) {
            log.info("client {} of {}{} is pinned: {}: {}", owner.id(), owner.account(),
                    owner.program().isEmpty() ? "" : " (" + owner.program() + ")", reasons(), statement);
        }
        total = ledger.total(statement, reasons());
    }

    private void end(long now) {
        PinLedger.Total counted = total;
        if (counted != null) {
            counted.ended(now - since, waited);
            total = null;
        }
        since = 0;
    }

    /** The session has left its connection, or is over. */
    void over() {
        if (since != 0) {
            end(System.nanoTime());
        }
        cause = "";
    }

    /** Others have waited while this one ran nothing. */
    void blamed(long nanos) {
        waited += nanos;
    }

    private String reasons() {
        return session.pins().stream().map(Pin::label).collect(Collectors.joining(","));
    }

    /** What a session that runs nothing is to be told that has held its connection for too long; null if it may go on. */
    @Nullable
    String tooLong(long now, long idleSince) {
        long transaction = config.idleTransactionLimit().toNanos();
        if (transaction > 0 && session.has(Pin.TRANSACTION) && now - idleSince > transaction) {
            return "Usher has ended this session: its transaction was open and idle for longer than idle-transaction-limit";
        }
        long limit = config.limit().toNanos();
        if (limit > 0 && since != 0 && now - since > limit && session.pins().stream().anyMatch(pin -> pin != Pin.TRANSACTION)) {
            return "Usher has ended this session: it has held a server connection (" + reasons() + ") for longer than pin-limit";
        }
        return null;
    }

    /** Whether it holds a connection beyond its statement. */
    public boolean held() {
        return since != 0;
    }

    /** {@link System#nanoTime} of its beginning. */
    public long since() {
        return since;
    }

    /** Normalised. */
    public String statement() {
        return statement;
    }

    public long waitedNanos() {
        return waited;
    }
}
