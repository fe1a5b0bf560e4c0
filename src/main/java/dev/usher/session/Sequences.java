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

    /** The session leaves its connection, with nothing unread. */
    public void leave(DrawnHere connection) {
        if (mayHaveMore) {
            connection.hasMore();
            mayHaveMore = false;
        }
    }

    /** They have surely been drawn from: what the connection has is the session's own, also where it reads as before, because the sequence has begun anew. */
    public void surelyAdvanced(List<String> names, DrawnHere connection) {
        names.forEach(name -> connection.read(name, null));
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
     * @param connection what earlier sessions have left there; what there is now takes its place
     */
    public void read(List<String> names, @Nullable String[] row, DrawnHere connection) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String value = row[i];
            String before = connection.read(name, value);
            if (value != null && !value.equals(before)) {
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
    public void redefined(List<String> names, DrawnHere connection) {
        if (values != null) {
            names.forEach(values::remove);
        }
        surelyAdvanced(names, connection);
        settled(names);
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
     * @param connection that the session has; null if it has none, and will get one on which nothing is its own
     * @param draws whether the text may draw from the sequence before it reads it
     * @return null if it can stay
     */
    public @Nullable String inPlaceOf(String expression, String name, @Nullable DrawnHere connection, boolean draws) {
        String own = values == null ? NONE : values.getOrDefault(name, NONE);
        if (!draws && (connection == null || !mayBeHere(name, connection))) {
            return "IF(0," + expression + ',' + own + ')';
        }
        String others = connection == null ? null : connection.value(name);
        String drawnHere = others == null ? expression : "NULLIF(" + expression + ',' + others + ')';
        return others == null && own.equals(NONE) ? null : "COALESCE(" + drawnHere + ',' + own + ')';
    }

    private boolean mayBeHere(String name, DrawnHere connection) {
        return unread != null && unread.contains(name)
                || mayHaveMore && (!connection.mayHaveMore() || connection.value(name) != null);
    }
}
