package dev.usher.pool;

import dev.usher.session.PreparedStatement;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The binary prepared statements that exist on one server connection, by text and the state they were prepared in, least recently used first. Sessions that
 * prepare the same share them.
 */
public final class StatementCache {
    /** Per server connection; with a budget of 100 that stays below a third of the default max_prepared_stmt_count of 16,382. */
    static final int CAPACITY = 50;

    private final Map<PreparedStatement.Identity, OnServer> shared = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<PreparedStatement, OnServer> attached = new IdentityHashMap<>();

    /** A statement's existence on the server connection. */
    public static final class OnServer {
        private final int id;
        private byte @Nullable [] types;

        private OnServer(int id) {
            this.id = id;
        }

        /** The server's id. */
        public int id() {
            return id;
        }

        /** The parameter types that the server has seen last for it, or null. */
        public byte @Nullable [] types() {
            return types;
        }

        public void types(byte @Nullable [] seen) {
            this.types = seen;
        }
    }

    /** The statement's existence here, or null if it must be prepared first. */
    public @Nullable OnServer find(PreparedStatement statement) {
        OnServer own = attached.get(statement);
        return own != null || !statement.whole() ? own : shared.get(statement.identity());
    }

    /** Remembers what the server has just prepared; returns an id to close on the server, or 0. */
    public int add(PreparedStatement statement, int serverId) {
        if (!statement.whole()) {
            attached.put(statement, new OnServer(serverId));
            return 0;
        }
        return share(statement.identity(), new OnServer(serverId));
    }

    private int share(PreparedStatement.Identity key, OnServer statement) {
        OnServer earlier = shared.put(key, statement);
        if (earlier != null) {
            return earlier.id;
        }
        if (shared.size() > CAPACITY) {
            var eldest = shared.entrySet().iterator();
            int id = eldest.next().getValue().id;
            eldest.remove();
            return id;
        }
        return 0;
    }

    /** A cursor is opened or long data sent: until {@link #detach} no other statement with the same text uses it. */
    public void attach(PreparedStatement statement) {
        OnServer now = statement.whole() ? shared.remove(statement.identity()) : null;
        if (now != null) {
            attached.put(statement, now);
        }
    }

    /** Cursor and long data are gone; returns an id to close on the server, or 0. */
    public int detach(PreparedStatement statement) {
        if (!statement.whole()) {
            return 0;
        }
        OnServer own = attached.remove(statement);
        return own == null ? 0 : share(statement.identity(), own);
    }

    /** Forgets what is attached to a statement that its client has closed; returns the id to close, or 0. */
    public int remove(PreparedStatement statement) {
        OnServer own = attached.remove(statement);
        return own == null ? 0 : own.id;
    }

    /** COM_RESET_CONNECTION has dropped them all. */
    public void clear() {
        shared.clear();
        attached.clear();
    }

    public int size() {
        return shared.size() + attached.size();
    }
}
