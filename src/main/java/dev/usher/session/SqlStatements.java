package dev.usher.session;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Statements prepared by name: a session's own, or those that exist on a server connection. Costs nothing until there is one. */
public final class SqlStatements {
    /** Per server connection; each counts against the server's {@code max_prepared_stmt_count}. */
    private static final int MOST = 50;

    /** Of a session's statements together, each with what it takes besides its text. */
    private static final long MOST_BYTES = 16L << 20;

    private static final int BESIDES = 512;

    private @Nullable Map<String, SqlStatement> byName;
    private long bytes;

    public @Nullable SqlStatement find(String name) {
        Map<String, SqlStatement> all = byName;
        return all == null ? null : all.get(name);
    }

    public void add(SqlStatement statement) {
        Map<String, SqlStatement> all = byName;
        if (all == null) {
            all = new LinkedHashMap<>();
            byName = all;
        }
        remove(statement.name());
        all.put(statement.name(), statement);
        bytes += size(statement.text());
    }

    public void remove(String name) {
        SqlStatement gone = byName == null ? null : byName.remove(name);
        if (gone != null) {
            bytes -= size(gone.text());
        }
    }

    /** Whether there is room for one more with such a text. */
    public boolean roomFor(String text) {
        return bytes + size(text) <= MOST_BYTES;
    }

    private static int size(String text) {
        return text.length() + BESIDES;
    }

    /** Takes out what was prepared longest ago if there are too many, else null. */
    public @Nullable SqlStatement takeEldest() {
        Map<String, SqlStatement> all = byName;
        if (all == null || all.size() <= MOST) {
            return null;
        }
        SqlStatement eldest = all.values().iterator().next();
        remove(eldest.name());
        return eldest;
    }

    public void clear() {
        byName = null;
        bytes = 0;
    }
}
