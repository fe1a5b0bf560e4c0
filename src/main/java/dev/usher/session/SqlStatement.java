package dev.usher.session;

import java.util.List;

/**
 * A statement that a session has prepared by name, independent of the server connections that it exists on.
 *
 * @param name in lower case
 * @param text what it runs, in ASCII
 * @param preparedIn what of the session's state a server may freeze into it
 * @param mode how the session's texts were read then
 * @param variables the user variables that it names, as they were then: a server may freeze their types
 * @param traits of the text, as {@link StatementTraits#bits} gives them
 * @param unscopedVariables {@link StatementTraits#unscopedVariables()} of the text
 * @param userVariables {@link StatementTraits#userVariables()} of the text
 * @param userVariablesRead {@link StatementTraits#userVariablesRead()} of the text
 */
public record SqlStatement(
        String name,
        String text,
        SessionState preparedIn,
        LexMode mode,
        UserVariables variables,
        long traits,
        List<String> unscopedVariables,
        List<String> userVariables,
        List<String> userVariablesRead) {
    public SqlStatement {
        preparedIn = preparedIn.forPrepare();
    }

    /** The statement that prepares it, to be read in the state in which it was prepared. */
    public String prepare() {
        String escaped = text.replace("'", "''");
        return "PREPARE `" + name + "` FROM '" + (mode.noBackslashEscapes() ? escaped : escaped.replace("\\", "\\\\")) + '\'';
    }

    /** The same with another text, to be prepared by the same name in its place. */
    public SqlStatement withText(String other) {
        return new SqlStatement(name, other, preparedIn, mode, variables, traits, unscopedVariables, userVariables, userVariablesRead);
    }

    /** The statement that drops it. */
    public String deallocate() {
        return "DEALLOCATE PREPARE `" + name + '`';
    }

    /** Records are equal by content; two statements are the same only if they were prepared at once. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** For logs: texts may hold secrets. */
    @Override
    public String toString() {
        return name;
    }
}
