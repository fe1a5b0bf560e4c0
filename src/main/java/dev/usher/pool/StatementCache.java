package dev.usher.pool;

import dev.usher.session.PreparedStatement;
import dev.usher.session.SessionState;
import java.util.Arrays;
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

    private final Map<Key, OnServer> statements = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(byte[] text, SessionState state) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && Arrays.equals(text, that.text) && state.equals(that.state);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(text) * 31 + state.hashCode();
        }
    }

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
        return statements.get(new Key(statement.text(), statement.preparedIn()));
    }

    /** Remembers what the server has just prepared; returns an id to close on the server, or 0. */
    public int add(PreparedStatement statement, int serverId) {
        OnServer earlier = statements.put(new Key(statement.text(), statement.preparedIn()), new OnServer(serverId));
        if (earlier != null) {
            return earlier.id;
        }
        if (statements.size() > CAPACITY) {
            var eldest = statements.entrySet().iterator();
            int id = eldest.next().getValue().id;
            eldest.remove();
            return id;
        }
        return 0;
    }

    /** Forgets one that the server no longer has in a usable form; returns its id to close, or 0. */
    public int remove(PreparedStatement statement) {
        OnServer gone = statements.remove(new Key(statement.text(), statement.preparedIn()));
        return gone == null ? 0 : gone.id;
    }

    /** COM_RESET_CONNECTION has dropped them all. */
    public void clear() {
        statements.clear();
    }

    public int size() {
        return statements.size();
    }
}
