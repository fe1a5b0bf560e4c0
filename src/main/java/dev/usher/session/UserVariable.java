package dev.usher.session;

import org.jspecify.annotations.Nullable;

/**
 * What one user variable of a session holds: an expression that gives the same value, type and collation under every {@code sql_mode} and character set, or not
 * known yet. A session and the server connection that has it share the object, so that what is read later is known of both.
 */
public final class UserVariable {
    private @Nullable String expression;
    private boolean isNull;
    private boolean absent;

    private UserVariable(@Nullable String expression, boolean isNull) {
        this.expression = expression;
        this.isNull = isNull;
    }

    /** A statement may have assigned it: only the server connection knows its value. */
    static UserVariable unread() {
        return new UserVariable(null, false);
    }

    /** @param expression in ASCII, independent of any setting */
    static UserVariable of(String expression) {
        return new UserVariable(expression, false);
    }

    /** NULL, which keeps the type that the variable had before. */
    static UserVariable nullOf(String expressionOfItsType) {
        return new UserVariable(expressionOfItsType, true);
    }

    /** The statement that might have made it has not, which both servers tell by the type of the column. Where it is set nevertheless, it is NULL. */
    static UserVariable none() {
        UserVariable none = nullOf("X''");
        none.absent = true;
        return none;
    }

    boolean isAbsent() {
        return absent;
    }

    public boolean isUnread() {
        return expression == null;
    }

    /** Characters that restoring it takes. */
    int length() {
        String known = expression;
        return known == null ? 0 : known.length();
    }

    /** The server has told. */
    void read(UserVariable value) {
        expression = value.expression;
        isNull = value.isNull;
        absent = value.absent;
    }

    /** Whether a connection that holds the other holds this one too. */
    boolean sameAs(@Nullable UserVariable other) {
        return this == other || other != null && expression != null && isNull == other.isNull && expression.equals(other.expression);
    }

    /** Its value if it is a string that is ASCII in any character set of a client, else null. */
    @Nullable
    String plainText() {
        String known = expression;
        int hex = known == null || isNull ? -1 : known.indexOf(" X'");
        if (known == null || hex < 0
                || !LiteralAssignments.isAscii(known.startsWith("_binary") ? "binary" : known.substring(1, hex) + '_')) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (int i = hex + 3; known.charAt(i) != '\''; i += 2) {
            char c = (char) Integer.parseInt(known, i, i + 2, 16);
            if (!SqlPrepare.isPlain(c)) {
                return null;
            }
            text.append(c);
        }
        return text.toString();
    }

    /** Appends the assignments that give a variable this value, parted by commas. */
    void assign(StringBuilder sql, String name) {
        String known = expression;
        if (known == null) {
            throw new IllegalStateException("the value of @" + name + " has not been read");
        }
        assignment(sql, name).append(known);
        if (isNull) {
            assignment(sql.append(','), name).append("NULL");
        }
    }

    private static StringBuilder assignment(StringBuilder sql, String name) {
        return sql.append("@`").append(name.replace("`", "``")).append("`=");
    }

    /** For logs: values may be secrets. */
    @Override
    public String toString() {
        return isUnread() ? "unread" : "known";
    }
}
