package dev.usher.session;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What LASTVAL() gives on one server connection of a MariaDB, whoever has drawn it, as far as that has been read. */
public final class DrawnHere {
    private @Nullable Map<String, String> values;
    /** Sessions that have left may have drawn from sequences that no text has named. */
    private boolean more;

    @Nullable
    String value(String sequence) {
        return values == null ? null : values.get(sequence);
    }

    /** @return what it was before */
    @Nullable
    String read(String sequence, @Nullable String value) {
        if (value == null) {
            return values == null ? null : values.remove(sequence);
        }
        values = values == null ? new HashMap<>() : values;
        return values.put(sequence, value);
    }

    /** A session that may have drawn what no text names leaves. */
    void hasMore() {
        more = true;
    }

    boolean mayHaveMore() {
        return more;
    }

    public boolean isEmpty() {
        return !more && (values == null || values.isEmpty());
    }

    /** COM_RESET_CONNECTION. */
    public void clear() {
        values = null;
        more = false;
    }
}
