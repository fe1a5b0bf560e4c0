package dev.usher.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What LASTVAL() gives to a session, of sequences of MariaDB. The value stays on the server connection that has advanced the sequence, and no statement puts it on another
 * one: it is read before the session leaves, and from then on it is put into the texts that ask for it.
 *
 * <p>What a connection has may be another session's. So for each value that was read there the connection remembers what it is; only another one than that can be the
 * session's own.
 */
public final class Sequences {
    /** A session that has advanced more of them keeps its connection. */
    private static final int MOST = 64;
    private static final String NONE = "NULL";

    private @Nullable Map<String, String> values;
    private @Nullable Set<String> unread;
    /** Something may have advanced a sequence on this connection that no text has named, such as the default of a column. */
    private boolean mayHaveMore;

    public boolean hasAny() {
        return values != null || unread != null;
    }

    /** Whether these can be remembered too. */
    public boolean roomFor(List<String> names) {
        return (values == null ? 0 : values.size()) + (unread == null ? 0 : unread.size()) + names.size() <= MOST;
    }

    /** A statement may have advanced them on the session's connection. */
    public void advanced(List<String> names) {
        if (!names.isEmpty()) {
            unread = unread == null ? new LinkedHashSet<>() : unread;
            unread.addAll(names);
        }
    }

    /** A statement may have advanced any. */
    public void mayHaveMore() {
        mayHaveMore = true;
    }

    /** The session has another connection. */
    public void moved() {
        mayHaveMore = false;
    }

    /** Whether only the connection knows some. */
    public boolean anyUnread() {
        return unread != null;
    }

    /** Those that only the connection knows. */
    public List<String> unread() {
        return unread == null ? List.of() : List.copyOf(unread);
    }

    /** Asks for some. A sequence that somebody is altering is not waited for. */
    public static String question(List<String> names) {
        return "SET STATEMENT lock_wait_timeout=0,innodb_lock_wait_timeout=0 FOR SELECT LASTVAL(" + String.join("),LASTVAL(", names) + ')';
    }

    /**
     * The answer has come.
     *
     * @param names what was asked for
     * @param row their values
     * @param left what earlier sessions have left on this connection; what there is now takes its place
     */
    public void read(List<String> names, @Nullable String[] row, Map<String, String> left) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String value = row[i];
            if (value == null) {
                left.remove(name);
            } else if (!value.equals(left.put(name, value))) {
                values = values == null ? new HashMap<>() : values;
                values.put(name, value);
            }
        }
        settled(names);
    }

    /** They do not have to be read: they are gone, or their session may not read them. */
    public void settled(List<String> names) {
        if (unread != null) {
            names.forEach(unread::remove);
            unread = unread.isEmpty() ? null : unread;
        }
    }

    /** They have been dropped or made anew. */
    public void redefined(List<String> names) {
        if (values != null) {
            names.forEach(values::remove);
        }
    }

    /** COM_RESET_CONNECTION. */
    public void clear() {
        values = null;
        unread = null;
        mayHaveMore = false;
    }

    /**
     * What to put in place of an expression that reads a sequence.
     *
     * @param left what earlier sessions have left on the connection that the session has; null if it has none, and will get one on which nothing is its own
     * @return null if it can stay
     */
    public @Nullable String inPlaceOf(String expression, String name, @Nullable Map<String, String> left) {
        String own = values == null ? NONE : values.getOrDefault(name, NONE);
        if (left == null || !mayHaveMore && (unread == null || !unread.contains(name))) {
            return "IF(0," + expression + ',' + own + ')';
        }
        String others = left.get(name);
        String drawnHere = others == null ? expression : "NULLIF(" + expression + ',' + others + ')';
        return others == null && own.equals(NONE) ? null : "COALESCE(" + drawnHere + ',' + own + ')';
    }
}
