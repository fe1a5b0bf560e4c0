package dev.usher.session;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * The portable state of a session or of a server connection: its schema, and the variables whose values differ from the {@link Baseline} of its account.
 * Immutable; two states are equal when their fingerprints and contents are, and a connection in an equal state needs no restore.
 */
public final class SessionState {
    /** No schema, every variable as after login. */
    public static final SessionState INITIAL = new SessionState("", new String[0], new String[0]);

    /** MySQL takes it only outside of transactions, and goes by it from the next command on. */
    private static final String GTIDS_TOLD = "session_track_gtids";

    private final String schema;
    private final String[] names;
    private final String[] values;
    private final int fingerprint;

    private SessionState(String schema, String[] names, String[] values) {
        this.schema = schema;
        this.names = names;
        this.values = values;
        this.fingerprint = (schema.hashCode() * 31 + Arrays.hashCode(names)) * 31 + Arrays.hashCode(values);
    }

    /** Empty when there is none. */
    public String schema() {
        return schema;
    }

    public int fingerprint() {
        return fingerprint;
    }

    /** How many variables differ from the baseline. */
    public int size() {
        return names.length;
    }

    /** The name of the n-th differing variable, in alphabetical order. */
    public String name(int n) {
        return names[n];
    }

    public String value(int n) {
        return values[n];
    }

    /** Index of a variable, or negative if it is as in the baseline. */
    public int indexOf(String name) {
        return Arrays.binarySearch(names, name);
    }

    public SessionState withSchema(String newSchema) {
        return newSchema.equals(schema) ? this : new SessionState(newSchema, names, values);
    }

    /** Whether what leads to another state takes effect at once, and not only with the next command. */
    public boolean atOnceTo(SessionState other) {
        int here = indexOf(GTIDS_TOLD);
        int there = other.indexOf(GTIDS_TOLD);
        return here < 0 ? there < 0 : there >= 0 && values[here].equals(other.values[there]);
    }

    /** This state with one variable changed; its value must differ from the baseline's. */
    SessionState with(String name, String value) {
        int at = indexOf(name);
        if (at >= 0) {
            if (values[at].equals(value)) {
                return this;
            }
            String[] changed = values.clone();
            changed[at] = value;
            return new SessionState(schema, names, changed);
        }
        return new SessionState(schema, inserted(names, -at - 1, name), inserted(values, -at - 1, value));
    }

    /** This state with one variable back at the baseline's value. */
    SessionState without(String name) {
        int at = indexOf(name);
        return at < 0 ? this : new SessionState(schema, removed(names, at), removed(values, at));
    }

    /** This state with some variables back at the baseline's values. */
    public SessionState without(Set<String> some) {
        SessionState kept = this;
        for (String name : some) {
            kept = kept.without(name);
        }
        return kept;
    }

    /** The same values, expressed as differences from another baseline. */
    SessionState rebased(Baseline from, Baseline to) {
        SessionState rebased = INITIAL.withSchema(schema);
        for (Map.Entry<String, String> initial : from.values().entrySet()) {
            if (indexOf(initial.getKey()) < 0 && to.value(initial.getKey()) != null
                    && !initial.getValue().equals(to.value(initial.getKey()))) {
                rebased = to.apply(rebased, initial.getKey(), initial.getValue());
            }
        }
        for (int i = 0; i < names.length; i++) {
            rebased = to.apply(rebased, names[i], values[i]);
        }
        return rebased;
    }

    /** Set by sessions between transactions or with effects of their own: no part of what a prepared statement is prepared in. */
    private static boolean freezesIntoStatements(String name) {
        return !name.equals("autocommit") && !name.startsWith("transaction_") && !name.startsWith("tx_") && !name.endsWith("_timeout")
                && !name.equals(GTIDS_TOLD);
    }

    /** What of this state a server may freeze into a statement that is prepared in it. */
    SessionState forPrepare() {
        SessionState kept = this;
        for (String name : names) {
            if (!freezesIntoStatements(name)) {
                kept = kept.without(name);
            }
        }
        return kept;
    }

    /**
     * Where a connection that is in this state must be brought to prepare a statement again.
     *
     * @param preparedIn from {@link #forPrepare}; without a schema it could not have named anything unqualified, so that any will do
     */
    public SessionState toPrepare(SessionState preparedIn) {
        SessionState target = preparedIn.schema.isEmpty() ? preparedIn.withSchema(schema) : preparedIn;
        for (int i = 0; i < names.length; i++) {
            if (!freezesIntoStatements(names[i])) {
                target = target.with(names[i], values[i]);
            }
        }
        return target;
    }

    private static String[] inserted(String[] from, int at, String value) {
        String[] to = Arrays.copyOf(from, from.length + 1);
        System.arraycopy(from, at, to, at + 1, from.length - at);
        to[at] = value;
        return to;
    }

    private static String[] removed(String[] from, int at) {
        String[] to = new String[from.length - 1];
        System.arraycopy(from, 0, to, 0, at);
        System.arraycopy(from, at + 1, to, at, to.length - at);
        return to;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof SessionState that
                        && fingerprint == that.fingerprint
                        && schema.equals(that.schema)
                        && Arrays.equals(names, that.names)
                        && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return fingerprint;
    }

    /** For logs and SHOW output; variables' values are no secrets. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(schema.isEmpty() ? "-" : schema);
        for (int i = 0; i < names.length; i++) {
            text.append(i == 0 ? " " : ", ").append(names[i]).append('=').append(values[i]);
        }
        return text.toString();
    }
}
