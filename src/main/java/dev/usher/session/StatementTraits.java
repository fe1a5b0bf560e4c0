package dev.usher.session;

import dev.usher.session.KillTarget.Force;
import dev.usher.session.KillTarget.Scope;
import java.util.List;
import java.util.OptionalLong;

/**
 * What {@link SqlLexer} found in one text. One object per lexer, overwritten by its next read: take out what must be kept.
 * Of a text with several statements it is the union.
 */
public final class StatementTraits {
    private static final long NO_ID = -1;

    private final NameList userVariables = new NameList();
    private final NameList untoldVariables = new NameList();
    private long bits;
    private Verb verb = Verb.NONE;
    private FoundRows foundRows = FoundRows.UNCLEAR;
    private Scope killScope = Scope.CONNECTION;
    private Force killForce = Force.DEFAULT;
    private long killId = NO_ID;
    private boolean killSelf;

    StatementTraits() {}

    public boolean has(Trait trait) {
        return (bits & trait.bit()) != 0;
    }

    /** Whether at least one trait of a {@link Trait#bits mask} is there. */
    public boolean hasAny(long mask) {
        return (bits & mask) != 0;
    }

    /** All traits, as {@link Trait#bit} gives them. */
    public long bits() {
        return bits;
    }

    public Verb verb() {
        return verb;
    }

    /** What FOUND_ROWS() is afterwards; only meaningful with {@link Trait#SINGLE} or {@link Trait#IS_EMPTY}. */
    public FoundRows foundRows() {
        return foundRows;
    }

    /** The user variables named, in order of appearance, ASCII letters in lower case, without {@code @} and quotes. */
    public List<String> userVariables() {
        return userVariables.toList();
    }

    /** Those of them that may be read, not only assigned. */
    public List<String> userVariablesRead() {
        return userVariables.marked();
    }

    /** The system variables, in lower case, of whose new values the server may not tell: set as {@code @@name} without a scope, or on MariaDB one of those in {@link SetReader}. */
    public List<String> untoldVariables() {
        return untoldVariables.toList();
    }

    /** Whom a KILL names; only meaningful with {@link Trait#KILL}. Of several KILLs in one text the id is left out. */
    public KillTarget kill() {
        return new KillTarget(killScope, killForce, killId == NO_ID ? OptionalLong.empty() : OptionalLong.of(killId), killSelf);
    }

    void clear() {
        bits = 0;
        verb = Verb.NONE;
        foundRows = FoundRows.UNCLEAR;
        userVariables.clear();
        untoldVariables.clear();
    }

    void add(Trait trait) {
        bits |= trait.bit();
    }

    void remove(Trait trait) {
        bits &= ~trait.bit();
    }

    void verb(Verb first) {
        if (verb == Verb.NONE) {
            verb = first;
        }
    }

    void foundRows(FoundRows after) {
        foundRows = after;
    }

    void addUserVariable(TokenText name) {
        add(Trait.USER_VARIABLE);
        // To the servers a name with blanks behind it is the one without.
        if (!name.isPlain() || name.bytes[name.length - 1] == ' ' || !userVariables.add(name.bytes, name.length)) {
            add(Trait.UNSURE);
        }
    }

    /** The user variable added last may be read where it stands. */
    void userVariableRead() {
        userVariables.mark();
    }

    void addUntoldVariable(TokenText name) {
        add(Trait.UNTOLD_VARIABLE);
        if (!name.isPlain() || !untoldVariables.add(name.bytes, name.length)) {
            add(Trait.UNSURE);
        }
    }

    void kill(Scope scope, Force force, long id, boolean self) {
        killSelf = self && !has(Trait.KILL);
        killId = has(Trait.KILL) ? NO_ID : id;
        killScope = scope;
        killForce = force;
        add(Trait.KILL);
    }
}
