package dev.usher.proxy;

import dev.usher.session.Pin;
import dev.usher.session.PreparedStatement;
import dev.usher.session.Session;
import dev.usher.session.StatementDigest;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pins that the command under way gives its session: counted, put down to its text, and taken back if it is never sent. */
final class Pinning {
    private static final Logger log = LoggerFactory.getLogger(Pinning.class);

    /** What a digest is made of is the beginning of a statement. */
    static final int LONGEST_DIGESTED = 2048;

    private final ClientSession owner;
    private final Session session;
    private final CommandUnderWay under;
    private final SessionPin lasting;
    private final FrontendCounters counters;

    Pinning(ClientSession owner, SessionPin lasting, FrontendCounters counters) {
        this.owner = owner;
        this.session = owner.session();
        this.under = owner.underWay();
        this.lasting = lasting;
        this.counters = counters;
    }

    /** What the command's text says that it takes and leaves. */
    void begin() {
        int before = session.pinBits();
        List<String> readBefore = session.toRead();
        session.begin(under.traits, under.untoldVariables);
        under.pinned |= session.pinBits() & ~before;
        if (session.toRead() != readBefore) {
            under.readBefore = readBefore;
        }
        if (before == 0 && session.pinned()) {
            session.pins().forEach(this::count);
            lasting.causedBy(digest());
        }
    }

    /** The command has not been sent: it has left nothing on any connection. */
    void takeBack() {
        session.takeBack(under.pinned, under.readBefore);
        under.pinned = 0;
        under.readBefore = null;
        if (owner.lease() == null) {
            lasting.settled(session.pinned(), under.verb, System.nanoTime());
        }
    }

    /** A pin that is taken back if the command is not sent. */
    void addIfSent(Pin pin) {
        if (!session.has(pin)) {
            under.pinned |= pin.bit();
        }
        add(pin);
    }

    void add(Pin pin) {
        if (!session.has(pin)) {
            session.pin(pin);
            count(pin);
            lasting.causedBy(digest());
        }
    }

    private void count(Pin pin) {
        counters.pinned(pin);
        log.debug("client {} of {} is pinned: {}", owner.id(), owner.account(), pin.label());
    }

    private String digest() {
        PreparedStatement prepared = under.statement;
        if (prepared != null) {
            return StatementDigest.of(new String(prepared.text(), StandardCharsets.UTF_8), session.lexMode());
        }
        if (!under.hasPacket() || under.textLength == 0) {
            return under.command().name();
        }
        ByteBuf bytes = under.packet();
        int length = Math.min(under.textLength, LONGEST_DIGESTED);
        return StatementDigest.of(bytes.toString(bytes.readerIndex() + under.textAt, length, StandardCharsets.UTF_8), session.lexMode());
    }
}
