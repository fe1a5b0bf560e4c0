package dev.usher.session;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Statements prepared by name: a session's own, or those that exist on a server connection. Costs nothing until there is one. */
public final class SqlStatements {
    /** Per server connection; each counts against the server's {@code max_prepared_stmt_count}. */
    private static final int MOST = 50;

    private @Nullable Map<String, SqlStatement> byName;

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
        all.remove(statement.name());
        all.put(statement.name(), statement);
    }

    public void remove(String name) {
        Map<String, SqlStatement> all = byName;
        if (all != null) {
            all.remove(name);
        }
    }

    /** Takes out what was prepared longest ago if there are too many, else null. */
    public @Nullable SqlStatement takeEldest() {
        Map<String, SqlStatement> all = byName;
        if (all == null || all.size() <= MOST) {
            return null;
        }
        SqlStatement eldest = all.values().iterator().next();
        all.remove(eldest.name());
        return eldest;
    }

    public void clear() {
        byName = null;
    }
}
