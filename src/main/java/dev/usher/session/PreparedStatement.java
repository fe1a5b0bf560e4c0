package dev.usher.session;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A binary prepared statement of a session, independent of the server connections that it exists on. Statements with equal text, prepared in equal state, are
 * one and the same to a server connection.
 */
public final class PreparedStatement {
    private final int id;
    private final byte[] text;
    private final boolean whole;
    private final SessionState preparedIn;
    private final long traits;
    private final List<String> untoldVariables;
    private final FoundRows foundRows;
    private final List<String> userVariables;
    private final UserVariables variables;
    private final Bound bound;
    private final Identity identity;
    private @Nullable PreparedStatement variant;

    /** Equal for statements that are one and the same to a server connection; looked up for every execution, so that it keeps its hash. */
    public static final class Identity {
        private final byte[] text;
        private final SessionState preparedIn;
        private final @Nullable PreparedStatement owner;
        private final int hash;

        /** @param owner null unless nobody else's statement can be the same */
        private Identity(byte[] text, SessionState preparedIn, @Nullable PreparedStatement owner) {
            this.text = text;
            this.preparedIn = preparedIn;
            this.owner = owner;
            this.hash = Arrays.hashCode(text) * 31 + preparedIn.hashCode();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || other instanceof Identity that && hash == that.hash && owner == that.owner && Arrays.equals(text, that.text)
                            && preparedIn.equals(that.preparedIn);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** What the client has told about its parameters; a statement and its variants have it together. */
    private static final class Bound {
        int parameters;
        byte @Nullable [] types;
        boolean longData;
    }

    /**
     * @param id the client's id
     * @param text as the client sent it, in the character set of its session
     * @param whole whether that is all of it; if not, it exists only where it was prepared
     * @param preparedIn the session's state at that time, of which the server freezes some settings into the statement
     * @param traits of the text, see {@link StatementTraits}
     * @param untoldVariables {@link StatementTraits#untoldVariables()} of the text
     * @param userVariables {@link StatementTraits#userVariables()} of the text
     * @param variables those of them that the session had then: MySQL freezes their types into the statement
     * @param foundRows what FOUND_ROWS() is behind it
     */
    public PreparedStatement(int id, byte[] text, boolean whole, SessionState preparedIn, long traits, List<String> untoldVariables,
            List<String> userVariables, UserVariables variables, FoundRows foundRows) {
        this(id, text, whole, preparedIn.forPrepare(), traits, untoldVariables, userVariables, variables, foundRows, new Bound());
    }

    private PreparedStatement(int id, byte[] text, boolean whole, SessionState preparedIn, long traits, List<String> untoldVariables,
            List<String> userVariables, UserVariables variables, FoundRows foundRows, Bound bound) {
        this.id = id;
        this.text = text;
        this.whole = whole;
        this.preparedIn = preparedIn;
        this.traits = traits;
        this.untoldVariables = untoldVariables;
        this.userVariables = userVariables;
        this.variables = variables;
        this.foundRows = foundRows;
        this.bound = bound;
        boolean shared = userVariables.isEmpty() && (traits & Trait.SHOWS_DEFINITION.bit()) == 0;
        this.identity = new Identity(text, preparedIn, shared ? null : this);
    }

    /** This statement with another text for its next execution; until {@link #asPrepared} it stands for this one. */
    public PreparedStatement withText(byte[] other) {
        PreparedStatement made =
                new PreparedStatement(id, other, true, preparedIn, traits, untoldVariables, userVariables, variables, foundRows, bound);
        variant = made;
        return made;
    }

    /** From the next execution on its own text again. */
    public void asPrepared() {
        variant = null;
    }

    /** What was executed last, which a cursor belongs to: this, or a variant of it. */
    public PreparedStatement executed() {
        PreparedStatement now = variant;
        return now == null ? this : now;
    }

    /** What FOUND_ROWS() is behind it. */
    public FoundRows foundRows() {
        return foundRows;
    }

    public int id() {
        return id;
    }

    public byte[] text() {
        return text;
    }

    public Identity identity() {
        return identity;
    }

    /** Whether {@link #text} is all of it. */
    public boolean whole() {
        return whole;
    }

    public SessionState preparedIn() {
        return preparedIn;
    }

    public long traits() {
        return traits;
    }

    public List<String> untoldVariables() {
        return untoldVariables;
    }

    public List<String> userVariables() {
        return userVariables;
    }

    public UserVariables variables() {
        return variables;
    }

    public int parameters() {
        return bound.parameters;
    }

    public void parameters(int count) {
        bound.parameters = count;
    }

    /** Two bytes per parameter, as the client bound them last; null before the first execution. */
    public byte @Nullable [] types() {
        return bound.types;
    }

    public void types(byte[] last) {
        bound.types = last;
    }

    /** Whether COM_STMT_SEND_LONG_DATA has put data on the server that the next execution uses. */
    public boolean longData() {
        return bound.longData;
    }

    public void longData(boolean pending) {
        bound.longData = pending;
    }
}
