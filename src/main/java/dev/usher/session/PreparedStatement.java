package dev.usher.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A binary prepared statement of a session, independent of the server connections that it exists on. Statements with equal text, prepared in equal state, are
 * one and the same to a server connection.
 */
public final class PreparedStatement {
    private final int id;
    private final byte[] text;
    private final SessionState preparedIn;
    private final long traits;
    private final List<String> unscopedVariables;
    private final List<String> userVariables;
    private final UserVariables variables;
    private int parameters;
    private byte @Nullable [] types;
    private boolean longData;

    /**
     * @param id the client's id
     * @param text as the client sent it, in the character set of its session
     * @param preparedIn the session's state at that time, of which the server freezes some settings into the statement
     * @param traits of the text, see {@link StatementTraits}
     * @param unscopedVariables {@link StatementTraits#unscopedVariables()} of the text
     * @param userVariables {@link StatementTraits#userVariables()} of the text
     * @param variables those of them that the session had then: MySQL freezes their types into the statement
     */
    public PreparedStatement(int id, byte[] text, SessionState preparedIn, long traits, List<String> unscopedVariables,
            List<String> userVariables, UserVariables variables) {
        this.id = id;
        this.text = text;
        this.preparedIn = preparedIn.forPrepare();
        this.traits = traits;
        this.unscopedVariables = unscopedVariables;
        this.userVariables = userVariables;
        this.variables = variables;
    }

    public int id() {
        return id;
    }

    public byte[] text() {
        return text;
    }

    public SessionState preparedIn() {
        return preparedIn;
    }

    public long traits() {
        return traits;
    }

    public List<String> unscopedVariables() {
        return unscopedVariables;
    }

    public List<String> userVariables() {
        return userVariables;
    }

    public UserVariables variables() {
        return variables;
    }

    public int parameters() {
        return parameters;
    }

    public void parameters(int count) {
        this.parameters = count;
    }

    /** Two bytes per parameter, as the client bound them last; null before the first execution. */
    public byte @Nullable [] types() {
        return types;
    }

    public void types(byte[] bound) {
        this.types = bound;
    }

    /** Whether COM_STMT_SEND_LONG_DATA has put data on the server that the next execution uses. */
    public boolean longData() {
        return longData;
    }

    public void longData(boolean pending) {
        this.longData = pending;
    }
}
